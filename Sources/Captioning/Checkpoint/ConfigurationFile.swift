public import Foundation

/// A JSON object from a file, or an object inside it, with look-ups whose errors name the file, the key, the value and
/// what the value may be.
public struct ConfigurationFile: Sendable {
    /// Larger files are not configuration.
    static let maximumByteCount = 64 << 20

    public let path: String
    /// The keys that lead from the file's root to this object, each with its dot: "" or "vision_config.".
    let prefix: String
    /// The object's members.
    public let values: [String: JSONValue]

    /// Reads the file.
    ///
    /// - Throws: `missingFile`, `unreadableFile`, or `invalidConfiguration` where it is no JSON object.
    public init(_ url: URL) throws(CheckpointError) {
        let file = try MappedFile(path: url.path)
        guard file.bytes.count <= Self.maximumByteCount else {
            throw CheckpointError(
                .invalidConfiguration,
                "\(url.path) has \(file.bytes.count) bytes; a configuration file has at most \(Self.maximumByteCount).")
        }
        try self.init(file.bytes, path: url.path)
        withExtendedLifetime(file) {}
    }

    /// Reads the text; `path` is what errors call it.
    ///
    /// - Throws: `invalidConfiguration` where it is no JSON object.
    public init(text: String, path: String) throws(CheckpointError) {
        let bytes = [UInt8](text.utf8)
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(CheckpointError) in
            try ConfigurationFile(UnsafeRawBufferPointer(buffer), path: path)
        }
    }

    private init(_ bytes: UnsafeRawBufferPointer, path: String) throws(CheckpointError) {
        if let kind = ForeignCheckpoint.kind(ofText: bytes) {
            throw CheckpointError(.invalidConfiguration, "\(path) \(kind)")
        }
        var reader = JSONReader(bytes, subject: path, code: .invalidConfiguration)
        guard reader.peek() == UInt8(ascii: "{"), case .object(let values) = try reader.readValue() else {
            throw CheckpointError(
                .invalidConfiguration, "\(path) is not a JSON object. Download it again, or correct it.")
        }
        try reader.expectEnd()
        self.init(path: path, prefix: "", values: values)
    }

    private init(path: String, prefix: String, values: [String: JSONValue]) {
        self.path = path
        self.prefix = prefix
        self.values = values
    }

    /// The value of a key, whatever it is; `nil` where the key is left out.
    public subscript(_ key: String) -> JSONValue? { values[key] }

    /// Whether the key is there with a value other than null.
    public func contains(_ key: String) -> Bool { (values[key] ?? .null) != .null }

    /// The object that a key holds; `nil` where the key is left out or null.
    public func section(_ key: String) throws(CheckpointError) -> ConfigurationFile? {
        guard contains(key) else { return nil }
        guard case .object(let members)? = values[key] else { throw invalid(key, "a JSON object") }
        return ConfigurationFile(path: path, prefix: "\(prefix)\(key).", values: members)
    }

    /// An object without members in the place of a section that is left out, so that every key takes its default.
    public func emptySection(_ key: String) -> ConfigurationFile {
        ConfigurationFile(path: path, prefix: "\(prefix)\(key).", values: [:])
    }

    /// The same with the members of another object over its own; errors name this file. What is null there says nothing.
    public func overridden(by other: ConfigurationFile) -> ConfigurationFile {
        ConfigurationFile(
            path: path, prefix: prefix, values: values.merging(other.values) { $1 == .null ? $0 : $1 })
    }

    /// The error that says that a key's value is not what it may be.
    ///
    /// - Parameter expected: what it may be, as the end of the sentence "… must be …".
    public func invalid(_ key: String, _ expected: String) -> CheckpointError {
        CheckpointError(
            .invalidConfiguration,
            "\(path): \"\(prefix)\(key)\" is \(values[key].map(\.description) ?? "left out"), but must be \(expected).")
    }
}
