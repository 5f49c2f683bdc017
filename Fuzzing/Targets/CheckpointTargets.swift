import Foundation
import Generation

@testable import Blip2
@testable import Checkpoint
@testable import Networks
@testable import Tokenization

// MARK: Weights

extension FuzzTarget {
    /// A safetensors file is refused with a sentence, or every tensor of it can be read to its end.
    static let safetensors = FuzzTarget(name: "safetensors", otherSeeds: ["Tests/CheckpointTests/Fixtures"]) { input in
        try ScratchFolder.with { folder in
            let path = try folder.write(input, as: "model.safetensors").path
            try refusing {
                let file = try SafetensorsFile(path: path)
                for name in file.names {
                    let tensor = try file.tensor(name)
                    let sum = tensor.withUnsafeBytes { $0.reduce(UInt64(0)) { $0 &+ UInt64($1) } }
                    try FuzzFinding.unless(
                        tensor.byteCount <= input.count && sum <= UInt64(255 * input.count),
                        "\(name) has \(tensor.byteCount) bytes in a file of \(input.count)")
                }
            }
        }
    }

    /// A file of torch.save is refused with a sentence, or every tensor of it can be read to its end, and is no more than the file
    /// allows.
    static let torch = FuzzTarget(name: "torch", otherSeeds: ["Tests/Fixtures/torch"]) { input in
        try ScratchFolder.with { folder in
            let path = try folder.write(input, as: "pytorch_model.bin").path
            try refusing {
                let file = try TorchFile(path: path)
                var total = 0
                for name in file.names {
                    guard let tensor = try? file.tensor(name) else { continue }
                    let sum = tensor.withUnsafeBytes { $0.reduce(UInt64(0)) { $0 &+ UInt64($1) } }
                    total += tensor.byteCount
                    try FuzzFinding.unless(
                        tensor.byteCount <= input.count && sum <= UInt64(255 * input.count),
                        "\(name) has \(tensor.byteCount) bytes in a file of \(input.count)")
                    tensor.forgetPages()
                }
                try FuzzFinding.unless(total <= 16 * input.count, "\(total) bytes of a file of \(input.count)")
            }
        }
    }

    /// The pickle of such a file alone, which libFuzzer could not reach behind the zip's offsets.
    static let pickle = FuzzTarget(name: "pickle") { input in
        try input.withUnsafeBytes { bytes in
            try refusing { _ = try TorchPickle(bytes, path: "pytorch_model.bin") }
        }
    }

    /// An index of shards is refused with a sentence, or names files beside it only.
    static let weightIndex = FuzzTarget(name: "index") { input in
        try ScratchFolder.with { folder in
            try folder.write(input, as: "model.safetensors.index.json")
            try refusing { _ = try Weights(folder: folder.url) }
        }
    }

    /// The errors of a checkpoint are sentences; others are findings.
    fileprivate static func refusing(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as CheckpointError {
            try FuzzFinding.unless(error.message.utf8.count < 20_000, "An error of \(error.message.utf8.count) bytes")
        } catch let error as Blip2Error {
            try FuzzFinding.unless(error.message.utf8.count < 20_000, "An error of \(error.message.utf8.count) bytes")
        } catch let error as GenerationError {
            try FuzzFinding.unless(error.message.utf8.count < 20_000, "An error of \(error.message.utf8.count) bytes")
        }
    }
}

// MARK: Configuration

extension FuzzTarget {
    /// A configuration is refused with a sentence, or gives a network whose tensors can be listed.
    ///
    /// The first byte says which file of a checkpoint the rest is: `config.json`, `generation_config.json` or the picture
    /// processor's.
    static let configuration = FuzzTarget(name: "configuration") { input in
        guard let first = input.first else { return }
        let names = ["config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json"]
        try ScratchFolder.with { folder in
            try folder.write(Array(#"{"model_type": "blip-2"}"#.utf8), as: "config.json")
            try folder.write(Array(input.dropFirst()), as: names[Int(first) % names.count])
            try refusing {
                let checkpoint = try CheckpointFolder(folder.url)
                let configuration = try Blip2Configuration(checkpoint.configuration)
                _ = try DecoderConfiguration(checkpoint, configuration)
                _ = try ImageProcessorConfiguration(checkpoint, imageSize: configuration.vision.imageSize)
            }
        }
    }

    /// A manifest of a compiled model is one of this program's, or is none.
    static let manifest = FuzzTarget(name: "manifest") { input in
        _ = try? JSONDecoder().decode(ModelManifest.self, from: Data(input))
    }
}

// MARK: Tokenizers

extension FuzzTarget {
    /// A tokenizer is refused with a sentence, or reads and writes texts without end or crash.
    ///
    /// The first byte says which file of a checkpoint the rest is. Beside `merges.txt` lies a small vocabulary.
    static let tokenizer = FuzzTarget(name: "tokenizer", otherSeeds: ["Tests/TokenizationTests/Fixtures"]) { input in
        guard let first = input.first else { return }
        try ScratchFolder.with { folder in
            switch first {
            case 0, UInt8(ascii: "0"):
                try folder.write(Array(#"{"a": 0, "b": 1, "ab": 2, "Ġ": 3}"#.utf8), as: "vocab.json")
                try folder.write(Array(input.dropFirst()), as: "merges.txt")
            case 1, UInt8(ascii: "1"):
                try folder.write(Array(#"{"a": 0, "b": 1, "ab": 2, "Ġ": 3}"#.utf8), as: "vocab.json")
                try folder.write(Array("#version: 0.2\na b\n".utf8), as: "merges.txt")
                try folder.write(Array(input.dropFirst()), as: "tokenizer_config.json")
            default:
                // As it stands, so that whole files are seeds.
                try folder.write(input, as: "tokenizer.json")
            }
            do {
                let tokenizer = try TokenizerFile.load(folder: folder.url)
                for text in ["", "a picture of two dogs", "  Ünïcode\u{301} 👩‍👩‍👧 \u{0} ab </s>"] {
                    let ids = tokenizer.encode(text, addingSpecialTokens: true)
                    _ = tokenizer.decode(ids, skippingSpecialTokens: false)
                    try FuzzFinding.unless(ids.count < 100_000, "\(ids.count) tokens of \(text.utf8.count) bytes")
                }
            } catch let error as TokenizationError {
                try FuzzFinding.unless(
                    error.message.utf8.count < 20_000, "An error of \(error.message.utf8.count) bytes")
            }
        }
    }
}
