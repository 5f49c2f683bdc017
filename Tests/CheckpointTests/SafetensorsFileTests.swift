import Checkpoint
import Foundation
import Testing

@Suite("Safetensors file")
struct SafetensorsFileTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    /// What the reference implementation put into a tensor.
    struct Expected: Decodable, Sendable {
        let dtype: String
        let shape: [Int]
        let floatBits: [UInt32]?
        let integers: [Int64]?

        enum CodingKeys: String, CodingKey {
            case dtype, shape, integers
            case floatBits = "float_bits"
        }
    }

    struct Fixture: Decodable {
        let metadata: [String: String]
        let tensors: [String: Expected]
    }

    private static func fixture() throws -> Fixture {
        try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: fixtures.appending(path: "reference.json")))
    }

    private static func file() throws -> SafetensorsFile {
        try SafetensorsFile(path: fixtures.appending(path: "reference.safetensors").path)
    }

    @Test("Reads the metadata and tensor names that the reference implementation wrote")
    func namesAndMetadata() throws {
        let (file, fixture) = (try Self.file(), try Self.fixture())
        #expect(Set(file.names) == Set(fixture.tensors.keys))
        #expect(file.metadata == fixture.metadata)
        #expect(file.contains("half") && !file.contains("Half"))
    }

    @Test(
        "Reads each tensor's type, shape and values as the reference implementation wrote them",
        arguments: try SafetensorsFileTests.fixture().tensors.keys.sorted())
    func values(name: String) throws {
        let tensor = try Self.file().tensor(name)
        let expected = try #require(Self.fixture().tensors[name])
        let types: [String: ScalarType] = [
            "float16": .f16, "bfloat16": .bf16, "float32": .f32, "float64": .f64, "int64": .i64, "int32": .i32,
            "int16": .i16, "int8": .i8, "uint8": .u8, "bool": .bool,
        ]
        #expect(tensor.scalarType == types[String(expected.dtype.dropFirst("torch.".count))])
        #expect(tensor.shape == expected.shape)
        #expect(tensor.elementCount == expected.shape.reduce(1, *))
        #expect(tensor.byteCount == tensor.elementCount * tensor.scalarType.byteCount)
        if let bits = expected.floatBits {
            for (float, bits) in zip(try tensor.floats(), bits) {
                let wanted = Float(bitPattern: bits)
                // The bits of a NaN may differ, those of zeros may not.
                #expect(float.bitPattern == bits || float.isNaN && wanted.isNaN, "\(float) for \(wanted)")
            }
            #expect(try tensor.floats().count == bits.count)
        }
        if let integers = expected.integers { #expect(try tensor.int64s() == integers) }
    }

    @Test("Converts a range of a tensor without writing beyond it")
    func ranges() throws {
        let tensor = try Self.file().tensor("half")
        let all = try tensor.floats()
        var some = [Float](repeating: -1, count: 6)
        try some.withUnsafeMutableBufferPointer { try tensor.copyFloats(3..<7, into: $0) }
        #expect(Array(some[..<4]) == Array(all[3..<7]))
        #expect(Array(some[4...]) == [-1, -1])
    }

    @Test("Reads tensors at unaligned offsets")
    func unaligned() throws {
        let folder = try TemporaryFolder()
        let header = """
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
            "b":{"dtype":"F16","shape":[2],"data_offsets":[1,5]},"c":{"dtype":"F32","shape":[],"data_offsets":[5,9]}}
            """
        let data = Data([7, 0x00, 0x3C, 0x00, 0xC0, 0x00, 0x00, 0x20, 0x40])
        let file = try SafetensorsFile(
            path: folder.write("m.safetensors", safetensors(header: header, data: data)).path)
        #expect(try file.tensor("b").floats() == [1, -2])
        #expect(try file.tensor("c").floats() == [2.5])
        #expect(try file.tensor("a").int64s() == [7])
    }

    @Test("Keeps the file mapped while one of its tensors is held")
    func lifetime() throws {
        let tensor = try Self.file().tensor("scalar")
        #expect(try tensor.floats() == [2.5])
        #expect(tensor.withUnsafeBytes { Array($0) } == [0, 0, 0x20, 0x40])
    }

    #if !(os(macOS) && arch(x86_64))
    @Test("Converts all 65,536 half-precision values as the CPU does")
    func everyHalf() throws {
        let folder = try TemporaryFolder()
        let bits = (0...UInt16.max).map { $0 }
        let header = #"{"all":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
        let bytes = safetensors(header: header, data: bits.withUnsafeBytes { Data($0) })
        let floats = try SafetensorsFile(path: folder.write("m.safetensors", bytes).path).tensor("all").floats()
        let wrong = zip(bits, floats).filter { bits, float in
            let wanted = Float(Float16(bitPattern: bits))
            return float.bitPattern != wanted.bitPattern && !(float.isNaN && wanted.isNaN)
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
        #expect(floats.count == 65536)
    }
    #endif

    @Test("Names a tensor that the safetensors file lacks")
    func missingTensor() throws {
        let error = checkpointError { try Self.file().tensor("vision.weight") }
        #expect(error?.code == .missingTensor)
        #expect(error?.message.contains("vision.weight") == true)
        #expect(error?.message.contains("reference.safetensors") == true)
    }

    @Test("Refuses to read integers as floats, or floats as integers", arguments: ["long", "flag", "half"])
    func unexpectedScalarType(name: String) throws {
        let tensor = try Self.file().tensor(name)
        let error = checkpointError { name == "half" ? try tensor.int64s().count : try tensor.floats().count }
        #expect(error?.code == .unexpectedScalarType)
        #expect(error?.message.contains("\"\(name)\"") == true)
        #expect(error?.message.contains(tensor.scalarType.rawValue) == true)
    }
}
