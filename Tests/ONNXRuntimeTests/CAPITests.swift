import CONNXRuntime
import Foundation
import Testing

@testable import ONNXRuntime

/// Calls every function that CONNXRuntime declares, with nothing between, and checks what it does: a wrong place in the
/// table or a wrong signature shows here. What only an operator may call, our operators in C do.
@Suite("C API")
struct CAPITests {
    let runtime: Runtime
    let api: OrtApi
    let functions: UnsafePointer<OrtApi>

    init() throws {
        runtime = try Fixture.runtime()
        functions = runtime.api.functions
        api = functions.pointee
    }

    func message(_ status: OpaquePointer) -> String { api.GetErrorMessage(status).map { String(cString: $0) } ?? "" }

    /// Expects success.
    func ok(_ status: OpaquePointer?, _ location: SourceLocation = #_sourceLocation) {
        guard let status else { return }
        Issue.record("\(message(status))", sourceLocation: location)
        api.ReleaseStatus(status)
    }

    /// Expects failure, and returns its words.
    func failure(_ status: OpaquePointer?) throws -> String {
        let status = try #require(status)
        defer { api.ReleaseStatus(status) }
        return message(status)
    }

    /// The text, which is then freed.
    func text(_ pointer: UnsafeMutablePointer<CChar>?) throws -> String {
        var allocator: OpaquePointer?
        ok(api.GetAllocatorWithDefaultOptions(&allocator))
        let pointer = try #require(pointer)
        defer { ok(api.AllocatorFree(allocator, pointer)) }
        return String(cString: pointer)
    }

    func allocator() -> OpaquePointer? {
        var allocator: OpaquePointer?
        ok(api.GetAllocatorWithDefaultOptions(&allocator))
        return allocator
    }

    func options() -> OpaquePointer? {
        var options: OpaquePointer?
        ok(api.CreateSessionOptions(&options))
        return options
    }

    func session(_ model: String, _ options: OpaquePointer?) -> OpaquePointer? {
        var session: OpaquePointer?
        ok(api.CreateSession(runtime.environment.pointer, Fixture.path("\(model).onnx"), options, &session))
        return session
    }

    /// A value over three floats, which have to outlive it.
    func value(_ data: UnsafeMutablePointer<Float>) -> OpaquePointer? {
        var memory: OpaquePointer?
        ok(api.CreateCpuMemoryInfo(Int32(ORT_DEVICE_ALLOCATOR), Int32(ORT_MEMORY_TYPE_DEFAULT), &memory))
        defer { api.ReleaseMemoryInfo(memory) }
        var value: OpaquePointer?
        ok(api.CreateTensorWithDataAsOrtValue(memory, data, 12, [1, 3], 2, ElementType.float32.rawValue, &value))
        return value
    }

    @Test("Every function that the header declares is called by this file or an operator")
    func everyFunction() throws {
        let tests = URL(fileURLWithPath: #filePath)
        let sources = tests.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources")
        let header = sources.appending(path: "Runtime/CONNXRuntime/include/CONNXRuntime.h")
        let declarations = try String(contentsOf: header, encoding: .utf8)
        let operators = ["operator", "operator_linear", "operator_attention"].map {
            sources.appending(path: "Runtime/COperators/\($0).c")
        }
        let calls = try ([tests] + operators).map { try String(contentsOf: $0, encoding: .utf8) }.joined()
            .replacing("->", with: ".")
        let names = declarations.matches(of: #/\/\* +\d+ \*\/ [^(]*\(\*(\w+)\)/#).map { String($0.1) }
        #expect(names.count > 60)
        for name in names { #expect(calls.contains(".\(name)("), "\(name) is not called") }
    }

    @Test("A status carries its code and message")
    func statuses() throws {
        let status = try #require(api.CreateStatus(3, "no such thing"))
        #expect(api.GetErrorCode(status) == 3)
        #expect(message(status) == "no such thing")
        api.ReleaseStatus(status)
    }

    @Test("Creates environments with and without a logger, and releases them")
    func environments() throws {
        var plain: OpaquePointer?
        ok(api.CreateEnv(LogMessage.Level.fatal.rawValue, "plain", &plain))
        #expect(plain != nil)
        var logging: OpaquePointer?
        ok(
            api.CreateEnvWithCustomLogger(
                LogRelay.callback, nil, LogMessage.Level.fatal.rawValue,
                "own",
                &logging))
        #expect(logging != nil)
        api.ReleaseEnv(logging)
        api.ReleaseEnv(plain)
    }

    @Test("Session options accept every setting; their session writes a profile and its graph")
    func sessionOptions() throws {
        let folder = try TemporaryFolder()
        let options = options()
        defer { api.ReleaseSessionOptions(options) }
        ok(api.SetOptimizedModelFilePath(options, folder.path("optimised.onnx")))
        ok(api.EnableProfiling(options, folder.path("profile")))
        ok(api.SetSessionExecutionMode(options, SessionOptions.ExecutionMode.parallel.rawValue))
        ok(api.DisableMemPattern(options))
        ok(api.DisableCpuMemArena(options))
        ok(api.SetSessionGraphOptimizationLevel(options, SessionOptions.OptimizationLevel.basic.rawValue))
        #expect(try failure(api.SetSessionGraphOptimizationLevel(options, 77)).contains("optimization"))
        ok(api.SetIntraOpNumThreads(options, 1))
        ok(api.SetInterOpNumThreads(options, 1))
        ok(api.AddSessionConfigEntry(options, "session.intra_op.allow_spinning", "0"))
        #expect(try failure(api.AddSessionConfigEntry(options, "", "0")).contains("key"))

        let session = session("add", options)
        var profile: UnsafeMutablePointer<CChar>?
        ok(api.SessionEndProfiling(session, allocator(), &profile))
        api.ReleaseSession(session)

        #expect(FileManager.default.fileExists(atPath: try text(profile)))
        #expect(FileManager.default.fileExists(atPath: folder.path("optimised.onnx")))
    }

    @Test("A custom domain accepts operators, and sessions accept the domain")
    func operators() throws {
        var domain: OpaquePointer?
        ok(api.CreateCustomOpDomain("own", &domain))
        defer { api.ReleaseCustomOpDomain(domain) }
        let operation = UnsafeMutablePointer<OrtCustomOp>.allocate(capacity: 1)
        defer { operation.deallocate() }
        operation.initialize(to: OrtCustomOp())
        operation.pointee.version = UInt32(ORT_API_VERSION_NEEDED)
        ok(api.CustomOpDomain_Add(domain, operation))
        let options = options()
        defer { api.ReleaseSessionOptions(options) }
        ok(api.AddCustomOpDomain(options, domain))
    }

    @Test("A session describes its inputs and outputs through the C API")
    func description() throws {
        let options = options()
        let session = session("add", options)
        defer {
            api.ReleaseSession(session)
            api.ReleaseSessionOptions(options)
        }
        var inputs = 0
        var outputs = 0
        ok(api.SessionGetInputCount(session, &inputs))
        ok(api.SessionGetOutputCount(session, &outputs))
        #expect(inputs == 2 && outputs == 1)

        var input: UnsafeMutablePointer<CChar>?
        var output: UnsafeMutablePointer<CChar>?
        ok(api.SessionGetInputName(session, 1, allocator(), &input))
        ok(api.SessionGetOutputName(session, 0, allocator(), &output))
        #expect(try text(input) == "b")
        #expect(try text(output) == "sum")

        var inputType: OpaquePointer?
        var outputType: OpaquePointer?
        ok(api.SessionGetInputTypeInfo(session, 0, &inputType))
        ok(api.SessionGetOutputTypeInfo(session, 0, &outputType))
        for type in [inputType, outputType] {
            var info: OpaquePointer?
            ok(api.CastTypeInfoToTensorInfo(type, &info))
            var names = [UnsafePointer<CChar>?](repeating: nil, count: 2)
            ok(api.GetSymbolicDimensions(info, &names, 2))
            #expect(names.map { $0.map { String(cString: $0) } } == ["rows", ""])
            api.ReleaseTypeInfo(type)
        }
    }

    @Test("A value gives its type, its shape and the address of its data")
    func values() throws {
        let data = UnsafeMutablePointer<Float>.allocate(capacity: 3)
        defer { data.deallocate() }
        let value = value(data)
        defer { api.ReleaseValue(value) }
        var isTensor: Int32 = 0
        ok(api.IsTensor(value, &isTensor))
        #expect(isTensor == 1)
        var start: UnsafeMutableRawPointer?
        ok(api.GetTensorMutableData(value, &start))
        #expect(start == UnsafeMutableRawPointer(data))

        var info: OpaquePointer?
        ok(api.GetTensorTypeAndShape(value, &info))
        var type: Int32 = 0
        ok(api.GetTensorElementType(info, &type))
        #expect(type == ElementType.float32.rawValue)
        var rank = 0
        ok(api.GetDimensionsCount(info, &rank))
        #expect(rank == 2)
        var shape = [Int64](repeating: 0, count: 2)
        ok(api.GetDimensions(info, &shape, 2))
        #expect(shape == [1, 3])
        api.ReleaseTensorTypeAndShapeInfo(info)
    }

    @Test("A run computes; its options can terminate it and allow it again")
    func run() throws {
        let options = options()
        let session = session("add", options)
        let data = UnsafeMutablePointer<Float>.allocate(capacity: 3)
        data.initialize(repeating: 2, count: 3)
        let input = value(data)
        var runOptions: OpaquePointer?
        ok(api.CreateRunOptions(&runOptions))
        defer {
            api.ReleaseRunOptions(runOptions)
            api.ReleaseValue(input)
            data.deallocate()
            api.ReleaseSession(session)
            api.ReleaseSessionOptions(options)
        }
        ok(api.AddRunConfigEntry(runOptions, "memory.enable_memory_arena_shrinkage", "cpu:0"))
        var sum: OpaquePointer?
        func run() -> OpaquePointer? {
            withCStrings(["a", "b"]) { inputs in
                withCStrings(["sum"]) { api.Run(session, runOptions, inputs, [input, input], 2, $0, 1, &sum) }
            }
        }
        ok(api.RunOptionsSetTerminate(runOptions))
        #expect(try failure(run()).contains("terminate"))
        ok(api.RunOptionsUnsetTerminate(runOptions))
        ok(run())
        var result: UnsafeMutableRawPointer?
        ok(api.GetTensorMutableData(sum, &result))
        #expect(result?.loadUnaligned(fromByteOffset: 8, as: Float.self) == 4)
        api.ReleaseValue(sum)
    }

    @Test("A binding holds inputs and outputs, lists their names, and releases them")
    func binding() throws {
        let options = options()
        let session = session("add", options)
        let data = UnsafeMutablePointer<Float>.allocate(capacity: 3)
        data.initialize(repeating: 2, count: 3)
        let value = value(data)
        var binding: OpaquePointer?
        ok(api.CreateIoBinding(session, &binding))
        defer {
            api.ReleaseIoBinding(binding)
            api.ReleaseValue(value)
            data.deallocate()
            api.ReleaseSession(session)
            api.ReleaseSessionOptions(options)
        }
        ok(api.BindInput(binding, "a", value))
        ok(api.BindInput(binding, "b", value))
        ok(api.BindOutputToDevice(binding, "sum", runtime.cpuMemory.pointer))
        ok(api.RunWithBinding(session, nil, binding))

        var names: UnsafeMutablePointer<CChar>?
        var lengths: UnsafeMutablePointer<Int>?
        var values: UnsafeMutablePointer<OpaquePointer?>?
        var count = 0
        ok(api.GetBoundOutputNames(binding, allocator(), &names, &lengths, &count))
        #expect(count == 1 && lengths?[0] == 3)
        #expect(names.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: 3), as: UTF8.self) } == "sum")
        ok(api.GetBoundOutputValues(binding, allocator(), &values, &count))
        var result: UnsafeMutableRawPointer?
        ok(api.GetTensorMutableData(values?[0], &result))
        #expect(result?.loadUnaligned(as: Float.self) == 4)
        api.ReleaseValue(values?[0])
        ok(api.AllocatorFree(allocator(), names))
        ok(api.AllocatorFree(allocator(), lengths))
        ok(api.AllocatorFree(allocator(), values))

        // In place: the sum over its terms.
        ok(api.BindOutput(binding, "sum", value))
        ok(api.RunWithBinding(session, nil, binding))
        #expect(data[1] == 4)

        api.ClearBoundInputs(binding)
        #expect(try failure(api.RunWithBinding(session, nil, binding)).contains("Missing Input"))
        api.ClearBoundOutputs(binding)
        #expect(try failure(api.RunWithBinding(session, nil, binding)).contains("output"))
    }

    @Test("A device allocator's memory can be bound, read, written and freed")
    func deviceMemory() throws {
        let options = options()
        let session = session("add", options)
        var memory: OpaquePointer?
        ok(
            api.CreateMemoryInfo(
                DeviceMemory.Kind.cpu.rawValue, Int32(ORT_DEVICE_ALLOCATOR), 0, Int32(ORT_MEMORY_TYPE_DEFAULT), &memory)
        )
        var allocator: OpaquePointer?
        ok(api.CreateAllocator(session, memory, &allocator))
        var block: UnsafeMutableRawPointer?
        ok(api.AllocatorAlloc(allocator, 12, &block))
        let data = try #require(block)
        data.initializeMemory(as: Float.self, repeating: 2, count: 3)
        var value: OpaquePointer?
        ok(api.CreateTensorWithDataAsOrtValue(memory, data, 12, [1, 3], 2, ElementType.float32.rawValue, &value))
        var binding: OpaquePointer?
        ok(api.CreateIoBinding(session, &binding))
        ok(api.BindInput(binding, "a", value))
        ok(api.BindInput(binding, "b", value))
        ok(api.BindOutput(binding, "sum", value))
        ok(api.SynchronizeBoundInputs(binding))
        ok(api.RunWithBinding(session, nil, binding))
        ok(api.SynchronizeBoundOutputs(binding))
        #expect(data.load(fromByteOffset: 8, as: Float.self) == 4)
        api.ReleaseIoBinding(binding)
        api.ReleaseValue(value)
        ok(api.AllocatorFree(allocator, data))
        api.ReleaseAllocator(allocator)
        api.ReleaseMemoryInfo(memory)
        api.ReleaseSession(session)
        api.ReleaseSessionOptions(options)
    }

    @Test("Lists providers by name")
    func providers() throws {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        var count: Int32 = 0
        ok(api.GetAvailableProviders(&names, &count))
        let list = (0..<Int(count)).compactMap { names?[$0].map { String(cString: $0) } }
        #expect(list.contains("CPUExecutionProvider"))
        ok(api.ReleaseAvailableProviders(names, count))
    }

    @Test("Refuses an unknown provider by name")
    func unknownProvider() throws {
        let options = options()
        defer { api.ReleaseSessionOptions(options) }
        let message = try failure(api.SessionOptionsAppendExecutionProvider(options, "NoSuch", nil, nil, 0))
        #expect(message.contains("NoSuch"))
    }

    @Test("The functions for CUDA and TensorRT exist; a library built without them says so")
    func gpuProviders() throws {
        let available = try runtime.availableProviders
        let options = options()
        // A library without a provider has no such options to make; zeros stand in for them, and are refused.
        let zeros = OpaquePointer(UnsafeMutableRawPointer.allocate(byteCount: 8192, alignment: 64))
        UnsafeMutableRawPointer(zeros).initializeMemory(as: UInt8.self, repeating: 0, count: 8192)
        defer {
            UnsafeMutableRawPointer(zeros).deallocate()
            api.ReleaseSessionOptions(options)
        }
        if !available.contains(.cuda) {
            var cuda: OpaquePointer?
            #expect(try failure(api.CreateCUDAProviderOptions(&cuda)).contains("CUDA"))
            #expect(try failure(api.UpdateCUDAProviderOptions(zeros, nil, nil, 0)).contains("CUDA"))
            #expect(try !failure(api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, zeros)).isEmpty)
            api.ReleaseCUDAProviderOptions(nil)
        }
        if !available.contains(.tensorRT) {
            var tensorRT: OpaquePointer?
            #expect(try failure(api.CreateTensorRTProviderOptions(&tensorRT)).contains("TensorRT"))
            #expect(try failure(api.UpdateTensorRTProviderOptions(zeros, nil, nil, 0)).contains("TensorRT"))
            #expect(
                try failure(api.SessionOptionsAppendExecutionProvider_TensorRT_V2(options, nil)).contains("TensorRT"))
            api.ReleaseTensorRTProviderOptions(nil)
        }
    }
}
