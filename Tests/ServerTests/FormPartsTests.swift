import Testing

@testable import Server

@Suite("Header values and file names")
struct FormPartsTests {
    @Test(
        "Reads a header value with its parameters",
        arguments: [
            ("form-data; name=\"image\"", "form-data", ["name": "image"]),
            ("Multipart/Form-Data;BOUNDARY=abc", "multipart/form-data", ["boundary": "abc"]),
            (" form-data ; name = \"a;b=c\" ; x=y ;", "form-data", ["name": "a;b=c", "x": "y"]),
            (#"form-data; filename="a \"b\" \\ c""#, "form-data", ["filename": #"a "b" \ c"#]),
            (#"form-data; filename="C:\temp\x.jpg""#, "form-data", ["filename": #"C:\temp\x.jpg"#]),
            (#"form-data; name="a\""#, "form-data", ["name": #"a\"#]),
            (#"form-data; name="a\"; filename="b""#, "form-data", ["name": #"a\"#, "filename": "b"]),
            ("form-data; a=1; a=2", "form-data", ["a": "1"]),
            ("text/plain", "text/plain", [:]),
        ])
    func headerValues(text: String, value: String, parameters: [String: String]) throws {
        let header = try #require(HeaderValue(text))
        #expect(header.value == value)
        #expect(header.parameters == parameters)
    }

    @Test(
        "Refuses a malformed header value",
        arguments: ["", ";name=x", "form-data; name=\"open", "form-data; name", "form-data; name=\"a\"b", "a; =b"])
    func badHeaderValues(text: String) {
        #expect(HeaderValue(text) == nil)
    }

    @Test("Prefers an extended file name to the plain one if it can be decoded")
    func extendedNames() {
        #expect(HeaderValue("f; filename=a; filename*=UTF-8''%E2%82%AC.jpg")?.text(of: "filename") == "€.jpg")
        #expect(HeaderValue("f; filename=a; filename*=latin1''%A4.jpg")?.text(of: "filename") == "a")
        #expect(HeaderValue("f; filename=a; filename*=UTF-8''%ZZ")?.text(of: "filename") == "a")
    }

    @Test(
        "Reduces a file name to its last component and removes invisible characters",
        arguments: [
            ("sea.jpg", "sea.jpg"), ("../../etc/passwd", "passwd"), ("C:\\a\\b.png", "b.png"), ("a/", ""), ("..", ".."),
            ("a\u{0}b\r\nc\u{7F}.jpg", "abc.jpg"), ("x\u{202E}gpj.exe", "xgpj.exe"), ("Grüße 🌊.jpg", "Grüße 🌊.jpg"),
        ])
    func fileNames(name: String, result: String) {
        #expect(FileName.sanitise(name) == result)
    }

    @Test("Cuts a long file name to 255 bytes, at a character boundary")
    func longNames() {
        #expect(FileName.sanitise(String(repeating: "a", count: 300)).utf8.count == 255)
        #expect(FileName.sanitise(String(repeating: "é", count: 300)).utf8.count == 254)
    }
}
