public import Foundation
private import Synchronization

/// A checkpoint as Hugging Face stores it: a folder of configuration, tokenizer and weight files.
public struct CheckpointFolder: Sendable {
    public let folder: URL
    /// The folder's path, for messages.
    public var path: String { folder.path }
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
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            let kind = ForeignCheckpoint.kind(of: files).map { " It \($0)" } ?? ""
            throw CheckpointError(
                .missingFile, "\(folder.path) holds no config.json, so it is not a checkpoint folder.\(kind)")
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

    private let openWeights = OpenWeights()

    /// Opens the weight files and validates their headers; gives those that ``withOpenWeights(_:)`` has open.
    public func weights() throws(CheckpointError) -> Weights {
        try openWeights.weights(in: folder)
    }

    /// Does work that asks for the weights several times, with their headers read once.
    public func withOpenWeights<Result>(_ work: () throws -> Result) rethrows -> Result {
        openWeights.begin()
        defer { openWeights.end() }
        return try work()
    }

    /// The weights, as long as somebody wants them kept.
    private final class OpenWeights: Sendable {
        private struct State {
            var users = 0
            var weights: Weights?
        }

        private let state = Mutex(State())

        func begin() {
            state.withLock { $0.users += 1 }
        }

        func end() {
            state.withLock { state in
                state.users -= 1
                if state.users == 0 { state.weights = nil }
            }
        }

        func weights(in folder: URL) throws(CheckpointError) -> Weights {
            if let open = state.withLock({ $0.weights }) { return open }
            let weights = try Weights(folder: folder)
            state.withLock { state in
                if state.users > 0 { state.weights = weights }
            }
            return weights
        }
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
