import StandIns
import Testing

@testable import ONNXRuntime

@Suite("NVIDIA driver", .heavy)
struct NVIDIADriverTests {
    private func find(_ arguments: [String] = []) throws -> NVIDIADriver {
        let folder = try TemporaryFolder()
        let library = folder.path("libcuda.so.1")
        try CCompiler.build(Fixture.path("Driver.c"), into: library, arguments)
        return NVIDIADriver.find(library: library)
    }

    @Test("Reads the GPU's name and memory from the driver", .enabled(if: CCompiler.isThere, "needs cc"))
    func tells() throws {
        #expect(try find() == .gpu(NVIDIAGPU(name: "Example 9000", memoryBytes: 80 << 30)))
    }

    @Test(
        "Says so if the driver finds no GPU or fails", .enabled(if: CCompiler.isThere, "needs cc"),
        arguments: [
            ("-DDEVICES=0", "finds no GPU"), ("-DINITIALISED=100", "finds no GPU"), ("-DINITIALISED=803", "803"),
        ])
    func fails(_ argument: String, _ words: String) throws {
        guard case .problem(let sentence) = try find([argument]) else {
            Issue.record("A GPU was found.")
            return
        }
        #expect(sentence.contains(words) && sentence.contains("nvidia-smi") && sentence.hasSuffix("."))
    }

    @Test(
        "Names a driver library that is missing or something else",
        arguments: [("libno-such-driver.so.1", "--gpus all"), (try! Fixture.runtime().libraryPath, "lacks functions")])
    func missing(_ library: String, _ words: String) {
        guard case .problem(let sentence) = NVIDIADriver.find(library: library) else {
            Issue.record("A GPU was found.")
            return
        }
        #expect(sentence.contains(library) && sentence.contains(words))
    }
}
