import Configuration
import Devices
import Foundation
import Testing

@testable import Settings

@Suite("Printed settings")
struct SettingsTableTests {
    private func load(_ environment: [String: String], file text: String = "") throws -> LoadedSettings {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).env")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try LoadedSettings.load(
            environment: EnvironmentVariablesProvider(environmentVariables: environment), environmentFile: url.path)
    }

    /// The value and the origin in each line of the table, by the name.
    private func rows(_ loaded: LoadedSettings) -> [String: (value: String, origin: String)] {
        let pairs = loaded.table.split(separator: "\n").map { line in
            let columns = line.split(separator: /\ {2,}/).map(String.init)
            return (columns[0], (value: columns[1], origin: columns[2]))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test("Prints each setting with its value and origin")
    func showsOrigins() throws {
        let rows = try rows(load(["PORT": "9001", "HOST": ""], file: "PORT=9000\nUSE_GPU=off\n"))
        #expect(rows.count == Settings.table.count + 1)
        #expect(rows["PORT"].map { $0.value == "9001" && $0.origin == "environment" } == true)
        #expect(rows["USE_GPU"].map { $0.value == "false" && $0.origin.hasSuffix(".env, line 2") } == true)
        #expect(rows["HOST"].map { $0.value == "0.0.0.0" && $0.origin == "default" } == true)
        #expect(rows["REQUEST_TIMEOUT"]?.value == "30")
    }

    @Test("Tells whether a setting comes from the environment")
    func tellsTheEnvironment() throws {
        let loaded = try load(["USE_GPU": "true", "HOST": ""], file: "PORT=9000\n")
        #expect(loaded.isInEnvironment("USE_GPU"))
        for name in ["PORT", "HOST", "MODEL_ID"] { #expect(!loaded.isInEnvironment(name)) }
        #expect(loaded.settings.devicePreference(asked: true) == .gpuIfThere(asked: true))
        #expect(try load(["USE_GPU": "false"]).settings.devicePreference(asked: true) == .cpu)
    }

    @Test("Aligns the columns")
    func alignsColumns() throws {
        let lines = try load(["MODEL_ID": "/a/long/path/to/a/checkpoint"]).table.split(separator: "\n")
        let header = try #require(lines.first)
        for word in ["VALUE", "FROM"] {
            let column = try #require(header.range(of: word)).lowerBound.utf16Offset(in: header)
            for line in lines {
                let index = String.Index(utf16Offset: column, in: line)
                #expect(line[index] != " " && line[line.index(before: index)] == " ", "\(line)")
            }
        }
    }

    @Test(
        "Prints the number of keys, not the keys",
        arguments: [("", "(none)"), ("0123456789abcdef", "******** (1 key)"), ("one-key,two-key", "******** (2 keys)")])
    func masksKeys(_ keys: String, _ shown: String) throws {
        let loaded = try load(["API_KEYS": keys])
        #expect(rows(loaded)["API_KEYS"]?.value == shown)
        for key in keys.split(separator: ",") { #expect(!loaded.table.contains(key)) }
    }

    @Test("Warns of short keys without printing them")
    func warnsOfShortKeys() throws {
        let warnings = try load(["API_KEYS": "0123456789abcdef,hunter2"]).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("Key 2 of 2 in API_KEYS has only 7 characters: use 16 or more") == true)
        #expect(warnings.first?.contains("hunter2") == false)
    }

    @Test(
        "Warns of a name that looks like a misspelt setting",
        arguments: [
            ("MAX_IMAGESIZE", "MAX_IMAGE_SIZE"), ("port", "PORT"), ("PROT", "PORT"), ("MODELID", "MODEL_ID"),
            ("API_KEY", "API_KEYS"), ("CORS_ORIGIN", "CORS_ORIGINS"), ("LOGLEVEL", "LOG_LEVEL"),
            ("MAX_BATCH_SIZES", "MAX_BATCH_SIZE"),
        ])
    func warnsOfSlips(_ name: String, _ meant: String) throws {
        let warnings = try load([:], file: "# mine\n\(name)=1\n").warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasSuffix(".env, line 2: there is no setting \(name); was \(meant) meant?") == true)
    }

    @Test(
        "Ignores other programs' variables",
        arguments: ["DATABASE_URL", "POSTGRES_PASSWORD", "HOME", "TZ", "HOSTNAME", "GRAFANA_PORT", "REDIS_HOST"])
    func leavesOthersAlone(_ name: String) throws {
        #expect(try load(["MAX_IMAGESIZE": "1", name: "x"], file: "\(name)=1\n").warnings == [])
    }

    @Test("Warns of a setting given twice in the file, and of one that has no effect there")
    func warnsOfUseless() throws {
        let loaded = try load([:], file: "PORT=1\nONNXRUNTIME_LIBRARY=/lib/x.so\nPORT=2\n")
        #expect(loaded.settings.port == 2)
        #expect(loaded.warnings.count == 2)
        #expect(loaded.warnings.first?.contains("ONNXRUNTIME_LIBRARY on line 2") == true)
        #expect(loaded.warnings.last?.hasPrefix("PORT stands on lines 1 and 3 of ") == true)
    }

    @Test("Names that may have been meant come nearest first, with at most one slip in four letters")
    func findsNearNames() {
        let names = ["blip-large", "blip", "blip2", "large"]
        #expect(NameDistance.near(to: "blip3", of: names) == ["blip", "blip2"])
        #expect(NameDistance.near(to: "BLIP_LARGE", of: names) == ["blip-large"])
        #expect(NameDistance.near(to: "bl", of: names) == [])
        #expect(NameDistance.nearest(to: "blip22", of: names) == "blip2")
        #expect(NameDistance.nearest(to: "git", of: names) == nil)
    }

    @Test(
        "The distance of names is the number of edits between them",
        arguments: [("PORT", "PORT", 0), ("PORT", "PROT", 1), ("HOST", "HOSTS", 1), ("AB", "", 2), ("ABC", "CBA", 2)])
    func measuresDistance(_ first: String, _ second: String, _ distance: Int) {
        #expect(NameDistance.between(Array(first), Array(second)) == distance)
        #expect(NameDistance.between(Array(second), Array(first)) == distance)
    }
}
