import Checkpoint
import Foundation
import Testing

@Suite("Checkpoint folder")
struct CheckpointFolderTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("config.json", #"{"model_type": "blip-2"}"#)
        try folder.write("model.safetensors", safetensors([("a", [8], 1), ("b", [4], 2)]))
    }

    @Test("Reads configuration, weights and tokenizer files from a checkpoint folder")
    func contents() throws {
        try folder.write("generation_config.json", #"{"max_new_tokens": 20}"#)
        try folder.write("preprocessor_config.json", #"{"size": 64}"#)
        try folder.write("tokenizer.json", "{}")
        try folder.write("merges.txt", "")
        let checkpoint = try CheckpointFolder(folder.url)
        #expect(checkpoint.configuration["model_type"] == .string("blip-2"))
        #expect(checkpoint.generationConfiguration?["max_new_tokens"] == .integer(20))
        #expect(checkpoint.preprocessor?["size"] == .integer(64))
        #expect(checkpoint.tokenizerFiles.keys.sorted() == ["merges.txt", "tokenizer.json"])
        #expect(try checkpoint.weights().names == ["a", "b"])
    }

    @Test("A checkpoint folder needs only config.json")
    func minimal() throws {
        let checkpoint = try CheckpointFolder(folder.url)
        #expect(checkpoint.generationConfiguration == nil)
        #expect(checkpoint.preprocessor == nil)
        #expect(checkpoint.tokenizerFiles.isEmpty)
    }

    @Test("Prefers processor_config.json to preprocessor_config.json, as transformers does")
    func processor() throws {
        try folder.write("preprocessor_config.json", #"{"size": 64}"#)
        try folder.write("processor_config.json", #"{"num_query_tokens": 32}"#)
        #expect(try CheckpointFolder(folder.url).preprocessor?["size"] == .integer(64))
        try folder.write("processor_config.json", #"{"image_processor": {"size": 32}}"#)
        #expect(try CheckpointFolder(folder.url).preprocessor?["size"] == .integer(32))
    }

    @Test("Says whether the checkpoint folder or its config.json is missing")
    func missing() throws {
        let nowhere = folder.url.appending(path: "nowhere")
        #expect(checkpointError { try CheckpointFolder(nowhere) }?.message.contains("does not exist") == true)
        try FileManager.default.removeItem(at: folder.url.appending(path: "config.json"))
        let error = checkpointError { try CheckpointFolder(folder.url) }
        #expect(error?.code == .missingFile)
        #expect(error?.message.contains("config.json") == true)
    }

    @Test("Refuses a broken optional file")
    func broken() throws {
        try folder.write("generation_config.json", "<html>")
        let error = checkpointError { try CheckpointFolder(folder.url) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("generation_config.json") == true)
    }

    @Test("A checkpoint's digest does not depend on its folder or on timestamps")
    func movedDigest() throws {
        let digest = try CheckpointFolder(folder.url).digest()
        #expect(digest.count == 64 && digest.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        let other = try TemporaryFolder()
        for name in ["config.json", "model.safetensors"] {
            try other.write(name, Data(contentsOf: folder.url.appending(path: name)))
        }
        try other.write("tokenizer.json", "{}")
        #expect(try CheckpointFolder(other.url).digest() == digest)
    }

    @Test(
        "A checkpoint's digest changes with anything that affects the compiled model",
        arguments: ["config.json", "generation_config.json", "value", "name", "shards"])
    func changedDigest(change: String) throws {
        let before = try CheckpointFolder(folder.url).digest()
        switch change {
        case "value": try folder.write("model.safetensors", safetensors([("a", [8], 1), ("b", [4], 2.5)]))
        case "name": try folder.write("model.safetensors", safetensors([("a", [8], 1), ("c", [4], 2)]))
        case "shards":
            try FileManager.default.removeItem(at: folder.url.appending(path: "model.safetensors"))
            try folder.write("1.safetensors", safetensors([("a", [8], 1), ("b", [4], 2)]))
            try folder.write(
                "model.safetensors.index.json",
                #"{"weight_map": {"a": "1.safetensors", "b": "1.safetensors"}}"#)
        default: try folder.write(change, #"{"model_type": "blip-2", "num_query_tokens": 8}"#)
        }
        #expect(try CheckpointFolder(folder.url).digest() != before)
    }

    @Test(
        "The digest of a huge checkpoint samples the beginning, middle and end of every tensor",
        arguments: [0, 1, 2, 3])
    func sampledDigest(changed: Int) throws {
        // The file is sparse: 80 MB of zeros, of which the disk stores the few that are written below.
        let names = ["big", "middle", "bias"]
        let counts = [72 << 20, 8 << 20, 64]
        var (entries, end) = ([String](), 0)
        for (name, count) in zip(names, counts) {
            entries.append(#""\#(name)":{"dtype":"U8","shape":[\#(count)],"data_offsets":[\#(end),\#(end + count)]}"#)
            end += count
        }
        let start = safetensors(header: "{" + entries.joined(separator: ",") + "}")
        let url = try folder.write("model.safetensors", start)
        let handle = try FileHandle(forWritingTo: url)
        try handle.truncate(atOffset: UInt64(start.count + end))
        let before = try CheckpointFolder(folder.url).digest()

        // The first byte, one in the middle of a tensor, its last, and one of a small tensor.
        let offset = [0, 36 << 20, 80 << 20, end].map { $0 == 0 ? 0 : $0 - 1 }[changed]
        try handle.seek(toOffset: UInt64(start.count + offset))
        try handle.write(contentsOf: Data([1]))
        try handle.close()
        #expect(try CheckpointFolder(folder.url).digest() != before)
    }
}
