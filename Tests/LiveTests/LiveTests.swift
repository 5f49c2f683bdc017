import Foundation
import StandIns
import Testing

/// The program as others see it: a browser, and a tester that knows only its description.
@Suite("Live", .heavy, .serialized)
struct LiveTests {
    /// Chromium and a driver that both start, and are of one version.
    static let hasBrowser =
        Tool.majorVersion("chromium") != nil && Tool.majorVersion("chromium") == Tool.majorVersion("chromedriver")
    static let hasSelenium = Python.interpreter(with: "selenium") != nil
    /// Debian puts it where a user's PATH does not lead.
    static let hasNginx =
        Tool.path("nginx") != nil || FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx")
    static let hasSchemathesis = Python.interpreter(with: "schemathesis") != nil

    @Test(
        "The page works in a real browser, by sight, by keyboard and with screen readers",
        .enabled(if: hasBrowser, "needs Chromium, and chromedriver of the same version"),
        .enabled(if: hasSelenium, "needs the Python package selenium"))
    func page() throws {
        let (status, output) = try PythonScript(name: "page_test.py", packages: "selenium").run()
        #expect(status == 0, "\(output)")
        #expect(output.contains("OK"))
    }

    @Test(
        "The page, its description and the endpoints work below a path, behind nginx",
        .enabled(if: hasNginx, "needs nginx"),
        .enabled(if: hasBrowser, "needs Chromium, and chromedriver of the same version"),
        .enabled(if: hasSelenium, "needs the Python package selenium"))
    func path() throws {
        let (status, output) = try PythonScript(name: "path_test.py", packages: "selenium").run()
        #expect(status == 0, "\(output)")
        #expect(output.contains("OK"))
    }

    @Test(
        "The server answers whatever schemathesis sends as its description says",
        .enabled(if: hasSchemathesis, "needs the Python package schemathesis"))
    func description() throws {
        let (status, output) = try PythonScript(name: "description_test.py", packages: "schemathesis").run()
        #expect(status == 0, "\(output)")
        // "No issues found" is said only where there is no warning, and a patient time-out is one.
        let cases = output.firstMatch(of: /([0-9]+) generated, ([0-9]+) passed/)
        #expect(cases != nil && cases?.1 == cases?.2, "\(output)")
    }
}
