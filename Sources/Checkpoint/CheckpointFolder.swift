public import Foundation

/// A checkpoint as Hugging Face stores it: a folder of configuration, tokenizer and weight files.
public struct CheckpointFolder: Sendable {
    public let folder: URL
    /// `config.json`.
    public let configuration: ConfigurationFile
    /// `generation_config.json`, where there is one.
    public let generationConfiguration: ConfigurationFile?
    /// How pictures become pixels: the part `image_processor` of `processor_config.json`, or else
    /// `preprocessor_config.json`, in the order in which transformers looks.
    public let preprocessor: ConfigurationFile?

    /// Reads the configuration files; the weights are opened by `weights()`.
    ///
    /// - Throws: `missingFile` where the folder or its `config.json` is not there; `unreadableFile`;
    ///   `invalidConfiguration`.
    public init(_ folder: URL) throws(CheckpointError) {
        self.folder = folder
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw CheckpointError(.missingFile, "The checkpoint folder \(folder.path) does not exist.")
        }
        guard let configuration = try Self.read("config.json", in: folder) else {
            throw CheckpointError(
                .missingFile, "\(folder.path) holds no config.json, so it is not a checkpoint folder.")
        }
        self.configuration = configuration
        generationConfiguration = try Self.read("generation_config.json", in: folder)
        let processor = try Self.read("processor_config.json", in: folder)
        if let section = try processor?.section("image_processor") {
            preprocessor = section
        } else {
            preprocessor = try Self.read("preprocessor_config.json", in: folder)
        }
    }

    /// Opens the weight files and validates their headers.
    public func weights() throws(CheckpointError) -> Weights {
        try Weights(folder: folder)
    }

    /// The files that may describe the tokenizer and are there, by their names.
    public var tokenizerFiles: [String: URL] {
        let names = [
            "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
            "merges.txt",
        ]
        let found = names.map { ($0, folder.appending(path: $0)) }
            .filter { FileManager.default.fileExists(atPath: $0.1.path) }
        return Dictionary(uniqueKeysWithValues: found)
    }

    private static func read(_ name: String, in folder: URL) throws(CheckpointError) -> ConfigurationFile? {
        do {
            return try ConfigurationFile(folder.appending(path: name))
        } catch  where error.code == .missingFile {
            return nil
        }
    }
}
