import Checkpoint
import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite("The place of a safetensors file")
struct SafetensorsPlaceTests {
    @Test("may be empty, and is then named")
    func missing() throws {
        let path = try TemporaryFolder().url.appending(path: "model.safetensors").path
        let error = checkpointError { try SafetensorsFile(path: path) }
        #expect(error?.code == .missingFile)
        #expect(error?.message.contains(path) == true)
    }

    @Test("may hold a folder or a pipe, and neither is waited for")
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

    @Test("does not matter to a header whose length spells what a web page begins with")
    func lengthThatLooksForeign() throws {
        // 0x213C is "<!", as a web page begins.
        let folder = try TemporaryFolder()
        let header = "{}".padding(toLength: 0x213C, withPad: " ", startingAt: 0)
        let file = try SafetensorsFile(path: folder.write("m.safetensors", safetensors(header: header)).path)
        #expect(file.names.isEmpty)
    }

    @Test("may hold tensors that are empty or without dimensions", arguments: ["[]", "[0]", "[2,0]"])
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
