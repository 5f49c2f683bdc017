import Checkpoint
import Foundation
import Testing

@Suite("Checkpoint weights")
struct WeightsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func writeShards(index: String) throws {
        try folder.write("part-1.safetensors", safetensors([("a", [2, 3], 1), ("b", [4], 2)]))
        try folder.write("part-2.safetensors", safetensors([("c", [], 3)]))
        try folder.write("model.safetensors.index.json", index)
    }

    private static let index = """
        {"metadata": {"total_size": 44},
         "weight_map": {"a": "part-1.safetensors", "b": "part-1.safetensors", "c": "part-2.safetensors"}}
        """

    @Test("Reads weights from a single file")
    func single() throws {
        try folder.write("model.safetensors", safetensors([("a", [2, 3], 1), ("b", [4], 2)]))
        let weights = try Weights(folder: folder.url)
        #expect(weights.names == ["a", "b"])
        #expect(weights.files.map(\.lastPathComponent) == ["model.safetensors"])
        #expect(try weights.tensor("b", shape: [4]).floats() == [2, 2, 2, 2])
    }

    @Test("Reads weights from the shards that an index names")
    func sharded() throws {
        try writeShards(index: Self.index)
        let weights = try Weights(folder: folder.url)
        #expect(weights.names == ["a", "b", "c"])
        #expect(weights.contains("c") && !weights.contains("d"))
        #expect(weights.files.map(\.lastPathComponent) == ["part-1.safetensors", "part-2.safetensors"])
        #expect(try weights.tensor("c", shape: []).floats() == [3])
        #expect(try weights.tensor("a").filePath.hasSuffix("part-1.safetensors"))
    }

    @Test("Prefers the single file to an index, as transformers does")
    func both() throws {
        try writeShards(index: Self.index)
        try folder.write("model.safetensors", safetensors([("only", [1], 1)]))
        #expect(try Weights(folder: folder.url).names == ["only"])
    }

    @Test("Names the files it looked for if there are no weights")
    func nothing() throws {
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .missingFile)
        for word in [folder.url.path, "model.safetensors.index.json", "pytorch_model.bin", "Download"] {
            #expect(error?.message.contains(word) == true, "\(word)")
        }
    }

    @Test("Names a missing tensor and the file that lacks it", arguments: [true, false])
    func missingTensor(isSharded: Bool) throws {
        if isSharded {
            try writeShards(index: Self.index)
        } else {
            try folder.write("model.safetensors", safetensors([("a", [1], 1)]))
        }
        let error = checkpointError { try Weights(folder: folder.url).tensor("query_tokens") }
        #expect(error?.code == .missingTensor)
        #expect(error?.message.contains("query_tokens") == true)
        #expect(error?.message.contains(isSharded ? "model.safetensors.index.json" : "model.safetensors") == true)
    }

    @Test("Names a tensor with the wrong shape, its file and both shapes", arguments: [[3, 2], [6], [], [2, 3, 1]])
    func unexpectedShape(shape: [Int]) throws {
        try writeShards(index: Self.index)
        let error = checkpointError { try Weights(folder: folder.url).tensor("a", shape: shape) }
        #expect(error?.code == .unexpectedShape)
        for word in ["\"a\"", "part-1.safetensors", "[2, 3]", "\(shape)"] {
            #expect(error?.message.contains(word) == true, "\(word)")
        }
    }

    @Test(
        "Refuses shard names outside the checkpoint folder",
        arguments: [
            "../part-1.safetensors", "/etc/part-1.safetensors", "sub/part-1.safetensors", "..", ".safetensors",
            "a\\\\part.safetensors", "part-1.safetensors\\u0000", "part-1.bin", "",
        ])
    func hostileShardName(name: String) throws {
        try writeShards(index: #"{"weight_map": {"wte": "\#(name)"}}"#)
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .invalidIndex)
        #expect(error?.message.contains("wte") == true)
        #expect(error?.message.contains("model.safetensors.index.json") == true)
    }

    @Test(
        "Refuses an index whose weight_map is not a map from names to files", arguments: ["{}", #"{"weight_map": []}"#])
    func noMap(index: String) throws {
        try writeShards(index: index)
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .invalidIndex)
        #expect(error?.message.contains("weight_map") == true)
    }

    @Test("Names a missing shard")
    func missingShard() throws {
        try writeShards(index: Self.index)
        try FileManager.default.removeItem(at: folder.url.appending(path: "part-2.safetensors"))
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .missingFile)
        #expect(error?.message.contains("part-2.safetensors") == true)
        #expect(error?.cause is CheckpointError)
    }

    @Test("Names a tensor that the index places in the wrong shard")
    func misplacedTensor() throws {
        try writeShards(index: #"{"weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors"}}"#)
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .invalidIndex)
        #expect(error?.message.contains("\"b\"") == true)
        #expect(error?.message.contains("part-2.safetensors") == true)
    }

    @Test("Names a truncated shard")
    func truncatedShard() throws {
        try writeShards(index: Self.index)
        try folder.write("part-2.safetensors", safetensors([("c", [], 3)]).dropLast())
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .truncatedFile)
        #expect(error?.message.contains("part-2.safetensors") == true)
        #expect(error?.message.contains("\"c\"") == true)
    }
}
