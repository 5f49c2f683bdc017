import Synchronization
import Testing

@testable import ONNXRuntime

@Suite("Runtime")
struct RuntimeTests {
    @Test("The library found is new enough, and tells its version and path")
    func load() throws {
        let runtime = try Fixture.runtime()
        #expect(runtime.version.hasPrefix("1."))
        #expect(runtime.libraryPath.contains("onnxruntime"))
    }

    @Test("The CPU provider is available")
    func availableProviders() throws {
        #expect(try Fixture.runtime().availableProviders.contains(.cpu))
    }

    @Test("Passes log messages at or above the chosen level to the closure")
    func log() throws {
        _ = try Fixture.session("increment", Fixture.runtime())
        let warning = try #require(Fixture.log.first { $0.text.contains("'unused'") })
        #expect(warning.level == .warning)
        #expect(!warning.category.isEmpty)
        #expect(Fixture.log.allSatisfy { $0.level >= .warning })
    }

    @Test("A later runtime receives log messages too")
    func laterListener() throws {
        _ = try Fixture.runtime()
        let lines = Mutex<[LogMessage]>([])
        do {
            let later = try Runtime.load(Fixture.search) { message in lines.withLock { $0.append(message) } }
            _ = try Fixture.session("increment", later)
        }
        #expect(lines.withLock { $0.contains { $0.text.contains("'unused'") } })
    }

    @Test("A second runtime works beside the first; its session keeps it alive")
    func second() throws {
        _ = try Fixture.runtime()
        var session: Session?
        do { session = try Fixture.session("scalar", Runtime.load(Fixture.search, logLevel: .fatal)) }
        let result = try session?.run(["x": Tensor([1] as [Float], shape: [])], outputs: ["y"])
        #expect(try result?["y"]?.array(of: Float.self) == [-1])
    }
}
