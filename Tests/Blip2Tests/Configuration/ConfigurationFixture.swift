import Checkpoint
import Foundation
import Testing

/// Partial configuration files beside the values that transformers completes them with.
struct ConfigurationFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let file: ConfigurationFile
    /// The object of expected values, read as a configuration file so that its values can be asked for by type.
    let expected: ConfigurationFile

    var testDescription: String { name }

    /// The cases of one kind: "configurations" or "processors".
    static func all(_ kind: String) throws -> [ConfigurationFixture] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/configurations.json")
        let root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: [[String: Any]]]
        return try (root?[kind] ?? []).map { entry in
            ConfigurationFixture(
                name: entry["name"] as? String ?? "", file: try object(entry["file"], "config.json"),
                expected: try object(entry["expected"], "expected"))
        }
    }

    private static func object(_ value: Any?, _ path: String) throws -> ConfigurationFile {
        let data = try JSONSerialization.data(withJSONObject: value ?? [:])
        return try ConfigurationFile(text: String(decoding: data, as: UTF8.self), path: path)
    }
}
