import Synchronization
import Testing

@testable import ONNXRuntime

@Suite("The runtime")
struct RuntimeTests {
    @Test("The library that is found is new enough, and says its version and its place")
    func load() throws {
        let runtime = try Fixture.runtime()
        #expect(runtime.version.hasPrefix("1."))
        #expect(runtime.libraryPath.contains("onnxruntime"))
    }

    @Test("The CPU is among the available providers")
    func availableProviders() throws {
        #expect(try Fixture.runtime().availableProviders.contains(.cpu))
    }

    @Test("What ONNX Runtime has to say goes to the closure, with its level, and nothing below the level asked for")
    func log() throws {
        _ = try Fixture.session("increment", Fixture.runtime())
        let warning = try #require(Fixture.log.first { $0.text.contains("'unused'") })
        #expect(warning.level == .warning)
        #expect(!warning.category.isEmpty)
        #expect(Fixture.log.allSatisfy { $0.level >= .warning })
    }

    @Test("A runtime hears what is logged though it was not the first")
    func laterListener() throws {
        _ = try Fixture.runtime()
        let lines = Mutex<[LogMessage]>([])
        do {
            let later = try Runtime.load(Fixture.search) { message in lines.withLock { $0.append(message) } }
            _ = try Fixture.session("increment", later)
        }
        #expect(lines.withLock { $0.contains { $0.text.contains("'unused'") } })
    }

    @Test("A second runtime works beside the first, and its session outlives the last reference to it")
    func second() throws {
        _ = try Fixture.runtime()
        var session: Session?
        do { session = try Fixture.session("scalar", Runtime.load(Fixture.search, logLevel: .fatal)) }
        let result = try session?.run(["x": Tensor([1] as [Float], shape: [])], outputs: ["y"])
        #expect(try result?["y"]?.array(of: Float.self) == [-1])
    }
}
