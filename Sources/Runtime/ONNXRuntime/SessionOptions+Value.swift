internal import CONNXRuntime

extension SessionOptions {
    /// These options as ONNX Runtime's own object.
    func makeValue(_ runtime: Runtime) throws(ONNXRuntimeError) -> Owned {
        let api = runtime.api
        let options = try api.make(api.functions.pointee.ReleaseSessionOptions) { $0.pointee.CreateSessionOptions($1) }
        let pointer = options.pointer
        try api.call { $0.pointee.SetSessionGraphOptimizationLevel(pointer, optimization.rawValue) }
        try api.call { $0.pointee.SetSessionExecutionMode(pointer, executionMode.rawValue) }
        if let intraOpThreads {
            try api.call { $0.pointee.SetIntraOpNumThreads(pointer, Int32(clamping: intraOpThreads)) }
        }
        if let interOpThreads {
            try api.call { $0.pointee.SetInterOpNumThreads(pointer, Int32(clamping: interOpThreads)) }
        }
        if !usesMemoryPattern { try api.call { $0.pointee.DisableMemPattern(pointer) } }
        if !usesMemoryArena { try api.call { $0.pointee.DisableCpuMemArena(pointer) } }
        if let profilePrefix { try api.call { $0.pointee.EnableProfiling(pointer, profilePrefix) } }
        if let optimizedModelPath { try api.call { $0.pointee.SetOptimizedModelFilePath(pointer, optimizedModelPath) } }
        for (key, value) in configuration {
            try api.call { $0.pointee.AddSessionConfigEntry(pointer, key, value) }
        }
        try api.call { $0.pointee.AddCustomOpDomain(pointer, runtime.ownOperators.pointer) }
        for provider in providers where provider.provider != .cpu {
            try provider.append(to: pointer, api)
        }
        return options
    }
}

extension SessionOptions.Provider {
    /// Adds the provider to an `OrtSessionOptions`. CUDA and TensorRT have functions of their own for that.
    fileprivate func append(to sessionOptions: OpaquePointer, _ api: API) throws(ONNXRuntimeError) {
        let functions = api.functions
        switch provider {
        case .cuda:
            let own = try api.make(functions.pointee.ReleaseCUDAProviderOptions) {
                $0.pointee.CreateCUDAProviderOptions($1)
            }
            try withOptions(api) { functions.pointee.UpdateCUDAProviderOptions(own.pointer, $0, $1, $2) }
            try api.call { $0.pointee.SessionOptionsAppendExecutionProvider_CUDA_V2(sessionOptions, own.pointer) }
        case .tensorRT:
            let own = try api.make(functions.pointee.ReleaseTensorRTProviderOptions) {
                $0.pointee.CreateTensorRTProviderOptions($1)
            }
            try withOptions(api) { functions.pointee.UpdateTensorRTProviderOptions(own.pointer, $0, $1, $2) }
            try api.call { $0.pointee.SessionOptionsAppendExecutionProvider_TensorRT_V2(sessionOptions, own.pointer) }
        default:
            try withOptions(api) {
                functions.pointee.SessionOptionsAppendExecutionProvider(sessionOptions, provider.shortName, $0, $1, $2)
            }
        }
    }

    /// Calls `body` with the options' keys, their values and their count.
    private func withOptions(
        _ api: API, _ body: ([UnsafePointer<CChar>?], [UnsafePointer<CChar>?], Int) -> OpaquePointer?
    ) throws(ONNXRuntimeError) {
        let sorted = options.sorted { $0.key < $1.key }
        let status = withCStrings(sorted.map(\.key)) { keys in
            withCStrings(sorted.map(\.value)) { values in body(keys, values, sorted.count) }
        }
        try api.check(status)
    }
}
