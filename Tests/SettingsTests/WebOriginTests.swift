import Testing

@testable import Settings

@Suite("Web origins")
struct WebOriginTests {
    @Test(
        "Normalises an origin to what browsers send",
        arguments: [
            ("https://example.org", "https://example.org"), ("http://localhost:3000", "http://localhost:3000"),
            ("HTTPS://Example.ORG:8443", "https://example.org:8443"),
            ("https://example.org:443", "https://example.org"),
            ("http://example.org:80", "http://example.org"), ("http://example.org:443", "http://example.org:443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://[::1]:3000", "http://[::1]:3000"),
            ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ])
    func accepts(_ text: String, _ origin: String) {
        #expect(WebOrigin(text)?.description == origin)
    }

    @Test(
        "Refuses an origin that no browser sends",
        arguments: [
            "", "*", "example.org", "//example.org", "https://", "https:///", "https://example.org/", "null",
            "https://example.org/path", "https://example.org?x", "https://user@example.org", "ftp://example.org",
            "https://example.org:", "https://example.org:0", "https://example.org:65536", "https://example.org:8x",
            "https://example.org:+1", "https://a b", "https://bücher.example", "https://*.example.org", "https://:80",
            "https://[::1", "https://[]", "https://[1]", "https://::1", "https://[::1]x",
        ])
    func refuses(_ text: String) {
        #expect(WebOrigin(text) == nil)
    }
}
