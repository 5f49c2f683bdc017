import Configuration
import Foundation
import Testing

@testable import Settings

@Suite("Settings in documents")
struct SettingsDocumentsTests {
    private func text(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOfFile: root.appending(path: name).path, encoding: .utf8)
    }

    @Test(".env.example lists every setting with its default")
    func example() throws {
        let file = try EnvironmentFile(path: ".env.example", bytes: Array(text(".env.example").utf8))
        #expect(file.entries.map(\.name) == Settings.table.map(\.name))
        #expect(file.warnings == [])
        var settings = Settings()
        for setting in Settings.table {
            let value = try #require(file.effective[setting.name]?.value)
            if !value.isEmpty { try setting.read(value, .environment, &settings) }
        }
        #expect(settings == Settings())
    }

    @Test("Each paragraph of .env.example begins with a comment")
    func exampleIsCommented() throws {
        for paragraph in try text(".env.example").split(separator: "\n\n") {
            #expect(paragraph.hasPrefix("# "))
        }
    }

    @Test("docs/operations.md lists every setting with its default and allowed values")
    func operations() throws {
        let rows = try text("docs/operations.md").split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let names = Set(Settings.table.map { "`\($0.name)`" })
        let found = rows.filter { names.contains($0[0]) }
        let defaults = Settings()
        let expected = Settings.table.map { ["`\($0.name)`", "`\($0.show(defaults))`", $0.expectation] }
        #expect(found.map { Array($0.prefix(3)) } == expected)
    }

    @Test(
        "The deployments set only existing settings",
        arguments: ["Dockerfile", "compose.yaml", "image-to-song.service", "kubernetes/configmap.yaml"])
    func deployments(_ file: String) throws {
        let names = Set(Settings.table.map(\.name))
        // Names of the image's build, of Grafana, and of where a user's data belongs.
        let others: Set = ["XDG_DATA_HOME", "ORT", "SWIFT_IMAGE", "RUNTIME_IMAGE", "DEBIAN_FRONTEND", "VERSION"]
        let lines = try text("deploy/\(file)").split(separator: "\n").filter { !$0.contains(/^ *#/) }
        let found = lines.compactMap { line in
            line.firstMatch(of: /^ *(?:ENV |ARG |Environment=)?([A-Z]+(?:_[A-Z]+)*)[:=]/).map { String($0.output.1) }
        }.filter { !$0.hasPrefix("GF_") }
        #expect(!names.isDisjoint(with: found))
        #expect(Set(found).subtracting(others).isSubset(of: names))
    }
}
