import Configuration
import Foundation
import Logging
import Testing

@testable import Pipeline

@Suite("Settings")
struct SettingsTests {
    private func settings(_ environment: [String: String], file: String = "/nowhere/.env") async throws -> Settings {
        try await Settings.load(
            environment: EnvironmentVariablesProvider(environmentVariables: environment), environmentFile: file)
    }

    private func withFile<Value>(_ text: String, _ body: (String) async throws -> Value) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).env")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(url.path)
    }

    @Test("Without environment and file the defaults hold")
    func defaults() async throws {
        #expect(try await settings([:]) == Settings())
    }

    @Test("The environment goes before the file, and the file before the default")
    func order() async throws {
        try await withFile("# a comment\nPORT=9000\nHOST=127.0.0.1\n") { path in
            let settings = try await settings(["PORT": "9001"], file: path)
            #expect(settings.port == 9001)
            #expect(settings.host == "127.0.0.1")
            #expect(settings.maxWorkers == 2)
        }
    }

    @Test("Each setting reaches its field")
    func allFields() async throws {
        var expected = Settings()
        expected.host = "::1"
        expected.port = 1
        expected.modelID = "Salesforce/blip2-opt-2.7b"
        expected.modelCacheDirectory = "/models"
        expected.precision = "fp32"
        expected.usesGPU = false
        expected.maxImageSize = 1000
        expected.maxWorkers = 3
        expected.requestTimeout = .seconds(1.5)
        expected.logLevel = .warning
        expected.isDebug = true
        let environment = [
            "HOST": "::1", "PORT": "1", "MODEL_ID": "Salesforce/blip2-opt-2.7b", "MODEL_CACHE_DIR": "/models",
            "PRECISION": "FP32", "USE_GPU": "no", "MAX_IMAGE_SIZE": "1000", "MAX_WORKERS": "3",
            "REQUEST_TIMEOUT": "1.5", "LOG_LEVEL": "warn", "DEBUG": "1",
        ]
        #expect(Set(environment.keys) == Set(Settings.table.map(\.name)))
        #expect(try await settings(environment) == expected)
    }

    @Test("An empty value counts as none")
    func emptyValue() async throws {
        #expect(try await settings(["PORT": "", "DEBUG": ""]) == Settings())
    }

    @Test(
        "A value that cannot be read is named, with its setting and what it may be",
        arguments: [
            ("PORT", "eighty", "a whole number from 0 to 65535"),
            ("PORT", "65536", "a whole number from 0 to 65535"),
            ("PRECISION", "int3", "one of auto, fp32"),
            ("USE_GPU", "maybe", "true or false"),
            ("MAX_IMAGE_SIZE", "10MB", "a whole number from 1 to 1073741824"),
            ("MAX_WORKERS", "0", "a whole number from 1 to 64"),
            ("REQUEST_TIMEOUT", "nan", "a number of seconds from 0.1 to 86400.0"),
            ("LOG_LEVEL", "LOUD", "one of TRACE, DEBUG, INFO, NOTICE, WARNING, WARN, ERROR, CRITICAL"),
            ("DEBUG", "2", "true or false"),
        ])
    func unreadable(name: String, value: String, expectation: String) async throws {
        let error = try await #require(throws: PipelineError.self) { try await settings([name: value]) }
        #expect(error.code == .invalidSetting)
        #expect(error.message == "The setting \(name) is \"\(value)\"; it may be \(expectation).")
    }

    @Test("A file that is no file is refused by name")
    func unreadableFile() async throws {
        let folder = FileManager.default.temporaryDirectory.path
        let error = try await #require(throws: PipelineError.self) { try await settings([:], file: folder) }
        #expect(error.code == .invalidSetting)
        #expect(error.message.contains(folder))
    }

    @Test(".env.example names every setting, and holds the defaults")
    func example() async throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: ".env.example").path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let names = text.split(separator: "\n").compactMap { line in
            line.hasPrefix("#") ? nil : line.split(separator: "=").first.map(String.init)
        }
        #expect(names == Settings.table.map(\.name))
        #expect(try await settings([:], file: path) == Settings())
    }
}
