import Checkpoint
import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite("Safetensors paths")
struct SafetensorsPlaceTests {
    @Test("Names a safetensors file that does not exist")
    func missing() throws {
        let path = try TemporaryFolder().url.appending(path: "model.safetensors").path
        let error = checkpointError { try SafetensorsFile(path: path) }
        #expect(error?.code == .missingFile)
        #expect(error?.message.contains(path) == true)
    }

    @Test("Refuses a folder or a pipe without blocking")
    func irregular() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.url.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [folder.url.path, pipe] {
            let error = checkpointError { try SafetensorsFile(path: path) }
            #expect(error?.code == .unreadableFile)
            #expect(error?.message.contains(path) == true)
        }
    }

    @Test("Reads a header whose length bytes look like the start of HTML")
    func lengthThatLooksForeign() throws {
        // 0x213C is "<!", as a web page begins.
        let folder = try TemporaryFolder()
        let header = "{}".padding(toLength: 0x213C, withPad: " ", startingAt: 0)
        let file = try SafetensorsFile(path: folder.write("m.safetensors", safetensors(header: header)).path)
        #expect(file.names.isEmpty)
    }

    @Test("Reads tensors that are empty or have no dimensions", arguments: ["[]", "[0]", "[2,0]"])
    func smallTensors(shape: String) throws {
        let folder = try TemporaryFolder()
        let end = shape == "[]" ? 4 : 0
        let header =
            #"{"t": {"dtype": "F32", "shape": \#(shape), "data_offsets": [0, \#(end)], "later": [{"x": null}]}}"#
        let bytes = safetensors(header: header, data: Data(count: end))
        let tensor = try SafetensorsFile(path: folder.write("m.safetensors", bytes).path).tensor("t")
        #expect(try tensor.floats() == (end == 4 ? [0] : []))
    }
}
