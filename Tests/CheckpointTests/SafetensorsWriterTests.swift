import Checkpoint
import Foundation
import Testing

@Suite("Writing safetensors")
struct SafetensorsWriterTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var file: URL { folder.url.appending(path: "model.safetensors") }

    @Test("A file written in pieces can be read again")
    func reads() throws {
        let writer = try SafetensorsWriter(
            file,
            tensors: [
                .init("b", .f32, shape: [2, 2]), .init("a/\"x\"", .f16, shape: [3]), .init("c", .f32, shape: []),
            ])
        for value in [1, 2, 3, 4] as [Float] { try withUnsafeBytes(of: value) { try writer.write($0) } }
        for bits in [0x3C00, 0xC000, 0x0000] as [UInt16] { try withUnsafeBytes(of: bits) { try writer.write($0) } }
        try withUnsafeBytes(of: Float(9)) { try writer.write($0) }
        try writer.close()

        let weights = try Weights(folder: folder.url)
        #expect(weights.names == ["a/\"x\"", "b", "c"])
        #expect(try weights.tensor("b", shape: [2, 2]).floats() == [1, 2, 3, 4])
        #expect(try weights.tensor("a/\"x\"", shape: [3]).floats() == [1, -2, 0])
        #expect(try weights.tensor("c", shape: []).floats() == [9])
        #expect(weights.parameterCount == 8)
    }

    @Test("Does not overwrite an existing file")
    func keepsFiles() throws {
        try folder.write("model.safetensors", "mine")
        let error = checkpointError { try SafetensorsWriter(file, tensors: []) }
        #expect(error?.code == .unwritableFile)
        #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
    }

    @Test("Closing reports missing bytes")
    func countsBytes() throws {
        let writer = try SafetensorsWriter(file, tensors: [.init("a", .f32, shape: [2])])
        try withUnsafeBytes(of: Float(1)) { try writer.write($0) }
        let error = checkpointError { try writer.close() }
        #expect(error?.message.contains("lacks 4 bytes") == true)
    }
}
