import ArgumentParser
import Checkpoint
import Console
import Foundation
import Generation
import ModelRegistry

struct BenchMakeCheckpoint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-checkpoint",
        abstract: "Writes a synthetic checkpoint: published shapes, random weights.",
        discussion: """
            It is as large and as slow as the original, but its captions are nonsense. Its tokenizer knows letters, \
            the special tokens, and an invented word for every other id. The folder must be empty or not exist yet.
            """)

    @Option(
        help: ArgumentHelp(
            "The model to imitate: \(PublishedShape.names); or a "
                + "checkpoint's folder, whose configuration and tokenizer are then copied.", valueName: "NAME|DIR"))
    var like: String

    @Option(help: "The data type of the weights: f16, bf16 or f32.")
    var dtype = "f16"

    @Option(help: "The seed of the weights; equal seeds give equal weights.")
    var seed: UInt64 = 0

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "FOLDER"))
    var folder: String

    private static let types: [String: ScalarType] = ["f16": .f16, "bf16": .bf16, "f32": .f32]
    /// What is copied from a checkpoint's folder: all that is small and not weights.
    private static let copied = [
        "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "qformer_tokenizer/tokenizer.json", "qformer_tokenizer/tokenizer_config.json",
    ]

    func validate() throws {
        guard Self.types[dtype] != nil else { throw ValidationError("--dtype may be f16, bf16 or f32.") }
    }

    func run() throws {
        let destination = URL(fileURLWithPath: folder, isDirectory: true)
        let isNew = !FileManager.default.fileExists(atPath: destination.path)
        let found = (try? FileManager.default.contentsOfDirectory(atPath: destination.path)) ?? []
        guard found.isEmpty else { throw CommandError("\(destination.path) is not empty: name another folder.") }
        try FileManager.default.createDirectory(at: destination, withIntermediateDirectories: true)
        do {
            try writeConfiguration(to: destination)
            let checkpoint = try ModelRegistry.standard.checkpoint(destination)
            let weights = SyntheticWeights(
                tensors: try checkpoint.outline(), type: Self.types[dtype] ?? .f16, seed: seed)
            if let shortage = FolderSpace.shortage(of: weights.byteCount, in: destination, for: "The checkpoint") {
                throw CommandError(shortage)
            }
            let progress = ProgressLine("Writing \(destination.lastPathComponent)")
            try weights.write(to: destination, progress: progress.update)
            print(
                "\(destination.path): \(weights.tensors.count) tensors of \(dtype), \(weights.parameterCount) parameters, "
                    + ByteCount.text(weights.byteCount))
        } catch {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: destination.path)) ?? [] {
                try? FileManager.default.removeItem(at: destination.appendingPathComponent(name))
            }
            if isNew { try? FileManager.default.removeItem(at: destination) }
            throw error
        }
    }

    private func writeConfiguration(to destination: URL) throws {
        guard let shape = PublishedShape(named: like) else {
            guard FileManager.default.fileExists(atPath: like) else {
                throw CommandError("\(like) is neither a checkpoint's folder nor one of \(PublishedShape.names).")
            }
            let source = try CheckpointFolder(URL(fileURLWithPath: like)).folder
            for name in Self.copied {
                let file = source.appendingPathComponent(name)
                guard FileManager.default.fileExists(atPath: file.path) else { continue }
                try FileManager.default.copyItem(at: file, to: try Self.place(name, in: destination))
            }
            return
        }
        for (name, content) in shape.files {
            let data = try JSONSerialization.data(
                withJSONObject: content, options: [.sortedKeys, .withoutEscapingSlashes])
            try data.write(to: try Self.place(name, in: destination))
        }
    }

    /// Where a file goes, in a folder that is there.
    private static func place(_ name: String, in destination: URL) throws -> URL {
        let place = destination.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        return place
    }
}
