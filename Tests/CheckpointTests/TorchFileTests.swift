import Foundation
import Testing

@testable import Checkpoint

/// What torch wrote, read back: see `Tests/Fixtures/make_torch_files.py`.
enum TorchFixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/torch")

    static func path(_ name: String) -> String { folder.appending(path: name).path }

    /// What torch held in a tensor.
    struct Expected: Decodable {
        let dtype: String
        let shape: [Int]
        let floatBits: [UInt32]?
        let integers: [Int64]?

        enum CodingKeys: String, CodingKey {
            case dtype, shape, integers
            case floatBits = "float_bits"
        }
    }

    /// By file and name.
    static func expected() throws -> [String: [String: Expected]] {
        try JSONDecoder().decode(
            [String: [String: Expected]].self, from: Data(contentsOf: folder.appending(path: "expected.json")))
    }

    static let types: [String: ScalarType] = [
        "float16": .f16, "bfloat16": .bf16, "float32": .f32, "float64": .f64, "int64": .i64, "int32": .i32,
        "int16": .i16,
        "int8": .i8, "uint8": .u8, "bool": .bool, "uint16": .u16, "uint32": .u32, "float8_e4m3fn": .f8E4M3,
        "float8_e5m2": .f8E5M2,
    ]
}

@Suite("Files of torch.save")
struct TorchFileTests {
    @Test("A transposed matrix reads as if it had been stored so, and twice transposed as it was")
    func transposes() throws {
        for (file, tensors) in try TorchFixtures.expected() where !file.contains("/") {
            let names = tensors.filter { $0.value.shape.count == 2 && $0.value.floatBits != nil }.keys
            guard !names.isEmpty else { continue }
            let path = TorchFixtures.path(file)
            let stored = try TorchFile(path: path)
            for name in names {
                let matrix = try stored.tensor(name)
                let (rows, columns) = (matrix.shape[0], matrix.shape[1])
                let (values, turned) = (try matrix.floats(), try matrix.transposed().floats())
                #expect(matrix.transposed().shape == [columns, rows])
                for row in 0..<rows {
                    for column in 0..<columns {
                        let (own, other) = (values[row * columns + column], turned[column * rows + row])
                        #expect(own.bitPattern == other.bitPattern, "\(name)")
                    }
                }
                #expect(try matrix.transposed().transposed().floats().map(\.bitPattern) == values.map(\.bitPattern))
            }
        }
    }

    private func expect(_ tensor: StoredTensor, is expected: TorchFixtures.Expected, _ name: String) throws {
        #expect(tensor.scalarType == TorchFixtures.types[expected.dtype], "\(name)")
        #expect(tensor.shape == expected.shape, "\(name)")
        #expect(tensor.elementCount == expected.shape.reduce(1, *), "\(name)")
        #expect(tensor.withUnsafeBytes { $0.count } == tensor.byteCount, "\(name)")
        if let bits = expected.floatBits {
            let floats = try tensor.floats()
            #expect(floats.count == bits.count, "\(name)")
            for (float, bits) in zip(floats, bits) {
                let wanted = Float(bitPattern: bits)
                #expect(float.bitPattern == bits || float.isNaN && wanted.isNaN, "\(name): \(float) for \(wanted)")
            }
        }
        if let integers = expected.integers { #expect(try tensor.int64s() == integers, "\(name)") }
    }

    @Test(
        "Reads every tensor as torch does: types, views, tied weights, parameters, protocols 2 to 5",
        arguments: try TorchFixtures.expected().keys.sorted())
    func values(file: String) throws {
        let torch = try TorchFile(path: TorchFixtures.path(file))
        let expected = try #require(try TorchFixtures.expected()[file])
        #expect(Set(torch.names) == Set(expected.keys))
        #expect(torch.names.count == expected.count)
        for (name, expected) in expected { try expect(torch.tensor(name), is: expected, name) }
    }

    @Test("Tied tensors share their bytes, and count once")
    func tied() throws {
        let file = try TorchFile(path: TorchFixtures.path("state_dict.bin"))
        let places = try ["embedding.weight", "head.weight"].map {
            try file.tensor($0).withUnsafeBytes { $0.baseAddress }
        }
        #expect(places[0] == places[1])
        // The embedding, a layer, a norm with its three buffers, and seven positions.
        #expect(file.elementCount == 20 + 15 + 13 + 7)
    }

    @Test("A view that is not in order can be read in pieces, and again after its pages were forgotten")
    func pieces() throws {
        let file = try TorchFile(path: TorchFixtures.path("views.bin"))
        let tensor = try file.tensor("transposed")
        let all = try tensor.floats()
        tensor.forgetPages()
        var some = [Float](repeating: -1, count: 5)
        try some.withUnsafeMutableBufferPointer { try tensor.copyFloats(7..<11, into: $0) }
        #expect(Array(some[..<4]) == Array(all[7..<11]))
        #expect(some[4] == -1)
    }

    @Test("Names a tensor that the file lacks")
    func missingTensor() throws {
        let path = TorchFixtures.path("views.bin")
        let error = checkpointError { try TorchFile(path: path).tensor("vision.weight") }
        #expect(error?.code == .missingTensor)
        #expect(error?.message.contains("vision.weight") == true && error?.message.contains(path) == true)
    }

    @Test("Lists a view that repeats its elements, and refuses to copy it")
    func expanded() throws {
        let path = TorchFixtures.path("expanded.bin")
        let file = try TorchFile(path: path)
        #expect(file.names == ["mask"])
        let error = checkpointError { try file.tensor("mask") }
        #expect(error?.code == .invalidTensor)
        for word in [path, "\"mask\"", "[300, 2]", "contiguous()"] {
            #expect(error?.message.contains(word) == true, "\(word)")
        }
    }

    @Test("Names a file that is not there, and refuses a folder")
    func missingFile() throws {
        let folder = try TemporaryFolder()
        #expect(checkpointError { try TorchFile(path: folder.url.appending(path: "x.bin").path) }?.code == .missingFile)
        #expect(checkpointError { try TorchFile(path: folder.url.path) }?.code == .unreadableFile)
    }
}

@Suite("Checkpoints with pytorch_model.bin")
struct TorchWeightsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("config.json", #"{"model_type": "blip"}"#)
    }

    private func copy(_ name: String, as other: String? = nil) throws {
        try folder.write(
            other ?? (name as NSString).lastPathComponent, Data(contentsOf: TorchFixtures.folder.appending(path: name)))
    }

    @Test("Reads weights from pytorch_model.bin where there are no safetensors")
    func single() throws {
        try copy("state_dict.bin", as: "pytorch_model.bin")
        let weights = try Weights(folder: folder.url)
        #expect(weights.files.map(\.lastPathComponent) == ["pytorch_model.bin"])
        #expect(weights.contains("position_ids"))
        #expect(try weights.tensor("layer.bias", shape: [3]).floats().count == 3)
        #expect(try weights.tensor("head.weight").filePath.hasSuffix("pytorch_model.bin"))
    }

    @Test("A buffer of integers is listed, and refused as a weight")
    func integers() throws {
        try copy("state_dict.bin", as: "pytorch_model.bin")
        let error = checkpointError { try Weights(folder: folder.url).tensor("position_ids") }
        #expect(error?.code == .unexpectedScalarType)
        #expect(error?.message.contains("position_ids") == true && error?.message.contains("I64") == true)
    }

    @Test("Reads weights from the shards that pytorch_model.bin.index.json names")
    func sharded() throws {
        let shards = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]
        for name in shards + ["pytorch_model.bin.index.json"] { try copy("sharded/\(name)") }
        let weights = try Weights(folder: folder.url)
        #expect(weights.files.map(\.lastPathComponent) == shards)
        let whole = try TorchFile(path: TorchFixtures.path("state_dict.bin"))
        #expect(weights.names == whole.names.sorted())
        for name in ["embedding.weight", "head.weight", "norm.running_var"] {
            #expect(try weights.tensor(name).floats() == whole.tensor(name).floats())
        }
        try FileManager.default.removeItem(at: folder.url.appending(path: shards[1]))
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .missingFile)
        #expect(error?.message.contains(shards[1]) == true)
    }

    @Test("A checkpoint has the same tensors in shards of torch.save and in safetensors")
    func sameTensors() throws {
        let fixtures = TorchFixtures.folder.deletingLastPathComponent()
        let safetensors = try Weights(folder: fixtures.appending(path: "single-query"))
        let torch = try Weights(folder: fixtures.appending(path: "pytorch-bin"))
        #expect(
            Set(torch.names).subtracting(safetensors.names) == [
                "language_model.lm_head.weight", "qformer.embeddings.position_ids",
            ])
        for name in safetensors.names {
            let (one, other) = (try safetensors.tensor(name), try torch.tensor(name))
            #expect(one.shape == other.shape && one.scalarType == other.scalarType)
            #expect(try one.floats() == other.floats(), "\(name)")
        }
    }

    @Test("Prefers safetensors, then a single file, as transformers does")
    func order() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: TorchFixtures.path("sharded")) {
            try copy("sharded/\(name)")
        }
        try copy("views.bin", as: "pytorch_model.bin")
        #expect(try Weights(folder: folder.url).contains("transposed"))
        try folder.write("part.safetensors", safetensors([("a", [1], 1)]))
        try folder.write("model.safetensors.index.json", #"{"weight_map": {"a": "part.safetensors"}}"#)
        #expect(try Weights(folder: folder.url).names == ["a"])
        try folder.write("model.safetensors", safetensors([("only", [1], 1)]))
        #expect(try Weights(folder: folder.url).names == ["only"])
    }

    @Test(
        "Refuses shard names outside the checkpoint folder, and shards of another format",
        arguments: [
            "../a.bin", "/etc/a.bin", "sub/a.bin", ".bin", "a\\\\b.bin", "a.bin\\u0000", "a.safetensors", "a.pt", "",
        ])
    func hostileShardName(name: String) throws {
        try folder.write("pytorch_model.bin.index.json", #"{"weight_map": {"wte": "\#(name)"}}"#)
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .invalidIndex)
        #expect(error?.message.contains("wte") == true && error?.message.contains(".bin file beside it") == true)
    }

    @Test("The digest covers every byte of pytorch_model.bin, and of its shards and index")
    func digest() throws {
        try copy("state_dict.bin", as: "pytorch_model.bin")
        var digests = [try CheckpointFolder(folder.url).digest()]
        let file = folder.url.appending(path: "pytorch_model.bin")
        var bytes = try Data(contentsOf: file)
        let weight = try TorchFile(path: file.path).tensorRanges[0].lowerBound
        bytes[weight] ^= 1
        try bytes.write(to: file)
        digests.append(try CheckpointFolder(folder.url).digest())
        try FileManager.default.removeItem(at: file)
        for name in try FileManager.default.contentsOfDirectory(atPath: TorchFixtures.path("sharded")) {
            try copy("sharded/\(name)")
        }
        digests.append(try CheckpointFolder(folder.url).digest())
        let index = folder.url.appending(path: "pytorch_model.bin.index.json")
        try folder.write(index.lastPathComponent, Data(contentsOf: index) + Data(" ".utf8))
        digests.append(try CheckpointFolder(folder.url).digest())
        #expect(Set(digests).count == 4)
    }

    @Test(
        "Says what else a folder holds in the place of weights",
        arguments: [
            ("pytorch_model-00001-of-00002.bin", "index"), ("blip.pth", "rename it to pytorch_model.bin"),
            ("weights.bin", "rename it to pytorch_model.bin"),
            ("model.fp16.safetensors", "a variant (model.fp16.safetensors)"),
            ("pytorch_model.fp16.bin", "rename it to pytorch_model.bin"),
            ("model.safetensors.index.fp16.json", "rename it to model.safetensors.index.json"),
            ("pytorch_model.bin.index.fp16.json", "rename it to pytorch_model.bin.index.json"),
        ])
    func otherNames(file: String, word: String) throws {
        try folder.write(file, "x")
        let error = checkpointError { try Weights(folder: folder.url) }
        #expect(error?.code == .missingFile)
        #expect(error?.message.contains(word) == true && error?.message.contains(folder.url.path) == true)
    }
}
