import Foundation
import Testing

@testable import ONNXRuntime

@Suite("Session options")
struct SessionOptionsTests {
    let runtime: Runtime

    init() throws { runtime = try Fixture.runtime() }

    private func sum(_ options: SessionOptions) throws -> [Float]? {
        let session = try Fixture.session("add", runtime, options: options)
        let ones = try Tensor([1, 2, 3] as [Float], shape: [1, 3])
        return try session.run(["a": ones, "b": ones], outputs: ["sum"])["sum"]?.array(of: Float.self)
    }

    @Test("The result is the same with every option")
    func everyOption() throws {
        for level in [SessionOptions.OptimizationLevel.none, .basic, .extended, .all] {
            var options = SessionOptions()
            options.optimization = level
            options.intraOpThreads = 1
            options.interOpThreads = 2
            options.executionMode = .parallel
            options.usesMemoryPattern = false
            options.usesMemoryArena = false
            options.configuration = ["session.intra_op.allow_spinning": "0"]
            options.providers = [.init(.cpu)]
            #expect(try sum(options) == [2, 4, 6])
        }
    }

    @Test("Refuses a configuration entry that ONNX Runtime cannot read")
    func badConfiguration() throws {
        var options = SessionOptions()
        options.configuration = [String(repeating: "k", count: 2000): "1"]
        #expect(ONNXRuntimeError.thrown { _ = try sum(options) }?.code == .invalidArgument)
    }

    @Test("Writes a profile that names the operator")
    func profile() throws {
        let folder = try TemporaryFolder()
        var options = SessionOptions()
        options.profilePrefix = folder.path("profile")
        let session = try Fixture.session("add", runtime, options: options)
        let ones = try Tensor([1, 1, 1] as [Float], shape: [1, 3])
        _ = try session.run(["a": ones, "b": ones], outputs: ["sum"])

        let path = try session.endProfiling()

        #expect(path.hasPrefix(folder.path("profile")))
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"op_name\" : \"Add\""))
    }

    @Test("Writes the optimised model, which can be loaded")
    func optimizedModel() throws {
        let folder = try TemporaryFolder()
        var options = SessionOptions()
        options.optimizedModelPath = folder.path("optimised.onnx")
        options.optimization = .basic
        _ = try Fixture.session("add", runtime, options: options)
        let again = try Session(runtime: runtime, modelPath: folder.path("optimised.onnx"))
        #expect(again.inputs.map(\.name) == ["a", "b"])
    }

    @Test(
        "Refuses a provider that the library was built without, naming it",
        arguments: [(ExecutionProvider.cuda, "CUDA"), (.tensorRT, "TensorRT"), (.openVINO, "OpenVINO")])
    func absentProvider(provider: ExecutionProvider, name: String) throws {
        guard try !runtime.availableProviders.contains(provider) else { return }
        var options = SessionOptions()
        options.providers = [.init(provider, options: ["device_id": "0"])]
        let error = try #require(ONNXRuntimeError.thrown { _ = try sum(options) })
        #expect([.failed, .invalidArgument].contains(error.code))
        #expect(error.message.contains(name))
    }
}
