internal import CONNXRuntime

extension Session {
    /// Runs the model on the tensors that `binding` holds. Blocks until the outputs are there.
    /// - Throws: `cancelled` where `options` said so; else ONNX Runtime's codes, such as `invalidArgument` for a missing
    ///   input, a shape or an element type that the model does not take, `failed` for an operator that could not work.
    public func run(_ binding: IOBinding, options: RunOptions? = nil) throws(ONNXRuntimeError) {
        guard binding.session === self else {
            throw ONNXRuntimeError(.invalidArgument, "The binding was made for another session.")
        }
        try requireInputs { binding.isBound(input: $0) }
        if isOnDevice { try binding.sendInputs() }
        try run(options) { $0.pointee.RunWithBinding(session.pointer, $1, binding.binding.pointer) }
        if isOnDevice { try binding.awaitOutputs() }
    }

    /// Runs the model on `inputs`, by name, and returns those of its outputs that are asked for, in memory of ONNX
    /// Runtime's. Blocks until they are there.
    /// - Throws: as ``run(_:options:)``, and `unsupportedType` for an output that is not a tensor of numbers.
    public func run(
        _ inputs: [String: Tensor], outputs: [String], options: RunOptions? = nil
    ) throws(ONNXRuntimeError) -> [String: Tensor] {
        try requireInputs { inputs[$0] != nil }
        let functions = runtime.api.functions
        var given: [OpaquePointer?] = []
        var made = [OpaquePointer?](repeating: nil, count: outputs.count)
        defer {
            for value in given + made { functions.pointee.ReleaseValue(value) }
        }

        let named = Array(inputs)
        for (_, tensor) in named {
            let value = try tensor.makeValue(runtime)
            given.append(value.take())
        }
        try run(options) { functions, options in
            withCStrings(named.map(\.key)) { inputNames in
                withCStrings(outputs) { outputNames in
                    functions.pointee.Run(
                        session.pointer, options, inputNames, given, given.count, outputNames, made.count, &made)
                }
            }
        }

        var results: [String: Tensor] = [:]
        for (index, name) in outputs.enumerated() {
            guard let value = made[index] else { continue }
            made[index] = nil
            results[name] = try Tensor(Owned(value, release: functions.pointee.ReleaseValue), name: name, from: self)
        }
        return results
    }

    /// ONNX Runtime leaves it to each operator to notice that its input is missing.
    private func requireInputs(_ isGiven: (String) -> Bool) throws(ONNXRuntimeError) {
        if let missing = inputs.first(where: { !isGiven($0.name) }) {
            throw ONNXRuntimeError(.invalidArgument, "The model's input \(missing.name) was not given.")
        }
    }

    /// Calls `body`, and tells a run that was cancelled from one that failed.
    private func run(
        _ options: RunOptions?, _ body: (UnsafePointer<OrtApi>, OpaquePointer?) -> OpaquePointer?
    ) throws(ONNXRuntimeError) {
        do {
            try runtime.api.call { body($0, options?.options.pointer) }
        } catch  where error.code == .failed && options?.isCancelled == true {
            throw ONNXRuntimeError(.cancelled, "The run was cancelled.", cause: error)
        }
    }
}
