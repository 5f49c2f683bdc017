import CONNXRuntime
import Foundation
import Testing

@testable import ONNXRuntime

@Suite("ONNX Runtime errors")
struct ErrorTests {
    let runtime: Runtime

    init() throws { runtime = try Fixture.runtime() }

    @Test(
        "Each status of ONNX Runtime has its own code",
        arguments: zip(
            Int32(1)...14,
            [
                "FAIL", "INVALID_ARGUMENT", "NO_SUCHFILE", "NO_MODEL", "ENGINE_ERROR", "RUNTIME_EXCEPTION",
                "INVALID_PROTOBUF", "MODEL_LOADED", "NOT_IMPLEMENTED", "INVALID_GRAPH", "EP_FAIL",
                "MODEL_LOAD_CANCELED",
                "MODEL_REQUIRES_COMPILATION", "NOT_FOUND",
            ]))
    func names(status: Int32, name: String) throws {
        #expect(ONNXRuntimeError.Code(status: status).rawValue == name)
        let made = runtime.api.functions.pointee.CreateStatus(status, "why")
        let error = ONNXRuntimeError.thrown { try runtime.api.check(made) }
        #expect(error?.description == "ONNX Runtime (\(name)): why")
    }

    @Test("An unknown status counts as FAIL", arguments: [-1, 0, 15, 99] as [Int32])
    func unknownStatus(status: Int32) {
        #expect(ONNXRuntimeError.Code(status: status) == .failed)
    }

    @Test(
        "Refuses an unusable model with the matching code",
        arguments: [
            ("no-such-file.onnx", ONNXRuntimeError.Code.noSuchFile), ("make_fixtures.py", .invalidProtobuf),
            ("unknown_operator.onnx", .invalidGraph), ("unimplemented.onnx", .notImplemented),
        ])
    func badModel(file: String, code: ONNXRuntimeError.Code) throws {
        let error = ONNXRuntimeError.thrown { _ = try Session(runtime: runtime, modelPath: Fixture.path(file)) }
        #expect(error?.code == code)
    }

    @Test("Refuses an empty model file")
    func emptyModel() throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: folder.path("empty.onnx")))
        let error = ONNXRuntimeError.thrown {
            _ = try Session(runtime: runtime, modelPath: folder.path("empty.onnx"))
        }
        #expect(error?.code == .invalidArgument)
    }

    private func failure(_ inputs: [String: Tensor], _ outputs: [String] = ["sum"]) throws -> ONNXRuntimeError? {
        let session = try Fixture.session("add", runtime)
        return ONNXRuntimeError.thrown { _ = try session.run(inputs, outputs: outputs) }
    }

    @Test("A wrong shape, type or name and a missing input are invalid arguments")
    func invalidArguments() throws {
        let right = try Tensor(.float32, shape: [1, 3])
        let wide = try failure(["a": right, "b": Tensor(.float32, shape: [1, 4])])
        #expect(wide?.code == .invalidArgument)
        #expect(wide?.message.contains("Got: 4 Expected: 3") == true)
        let integers = try failure(["a": right, "b": Tensor(.int64, shape: [1, 3])])
        #expect(integers?.code == .invalidArgument)
        #expect(integers?.message.contains("tensor(int64)") == true)
        #expect(try failure(["a": right, "c": right])?.code == .invalidArgument)
        #expect(try failure(["a": right])?.code == .invalidArgument)
        #expect(try failure(["a": right, "b": right], ["product"])?.code == .invalidArgument)
        #expect(try failure(["a": right, "b": right], [])?.code == .invalidArgument)
    }

    @Test("Names an operator that fails; the next run works")
    func failingOperator() throws {
        let session = try Fixture.session("reshape", runtime)
        let shape = try Tensor([2, 2] as [Int64], shape: [2])
        let three = try Tensor([1, 2, 3] as [Float], shape: [3])
        let four = try Tensor([1, 2, 3, 4] as [Float], shape: [4])
        let error = ONNXRuntimeError.thrown { _ = try session.run(["x": three, "shape": shape], outputs: ["y"]) }
        #expect(error?.code == .failed)
        #expect(error?.message.contains("Reshape") == true)
        #expect(try session.run(["x": four, "shape": shape], outputs: ["y"])["y"]?.shape == [2, 2])
    }

    @Test("Names an output that is not a numeric tensor", arguments: ["sequence", "text"])
    func unsupportedOutput(name: String) throws {
        let session = try Fixture.session("unsupported", runtime)
        let input = try Tensor([1, 2] as [Float], shape: [2])
        let error = ONNXRuntimeError.thrown { _ = try session.run(["x": input], outputs: [name]) }
        #expect(error?.code == .unsupportedType)
        #expect(error?.message.contains("The output \(name) ") == true)
    }
}
