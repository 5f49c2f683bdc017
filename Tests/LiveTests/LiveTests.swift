import Testing

/// The program as others see it: a browser, and a tester that knows only its description.
@Suite("Live", .serialized)
struct LiveTests {
    static let hasBrowser =
        PythonScript.hasPrograms("chromium", "chromedriver") && PythonScript.interpreter(with: "selenium") != nil
    static let hasSchemathesis = PythonScript.interpreter(with: "schemathesis") != nil

    @Test(
        "The page works in a real browser, for eyes, keyboards and screen readers",
        .enabled(if: hasBrowser, "Chromium, its driver, or the Python package selenium is not installed"))
    func page() throws {
        let (status, output) = try PythonScript(name: "page_test.py", packages: "selenium").run()
        #expect(status == 0, "\(output)")
        #expect(output.contains("OK"))
    }

    @Test(
        "The server keeps what its description promises, whatever schemathesis sends",
        .enabled(if: hasSchemathesis, "the Python package schemathesis is not installed"))
    func description() throws {
        let (status, output) = try PythonScript(name: "description_test.py", packages: "schemathesis").run()
        #expect(status == 0, "\(output)")
        #expect(output.contains("No issues found"))
    }
}
