internal import CONNXRuntime

/// The tensors that a session's runs read and write: bound once, used in every run until bound anew.
///
/// An output may be bound to the memory of an input, for an operator that can work in place. A binding keeps its tensors
/// alive. It belongs to one run at a time.
public final class IOBinding {
    // In this order the binding is released before what it points to.
    let binding: Owned
    let session: Session
    private var inputTensors: [String: Tensor] = [:]
    private var outputTensors: [String: Tensor] = [:]

    private var api: API { session.runtime.api }

    public init(session: Session) throws(ONNXRuntimeError) {
        let api = session.runtime.api
        binding = try api.make(api.functions.pointee.ReleaseIoBinding) {
            $0.pointee.CreateIoBinding(session.session.pointer, $1)
        }
        self.session = session
    }

    /// Has runs read the input from `tensor`: its contents at the time of each run.
    /// - Throws: `invalidArgument` where the model has no such input.
    public func bind(input name: String, to tensor: Tensor) throws(ONNXRuntimeError) {
        try require(name, in: session.inputs, as: "input")
        let value = try tensor.makeValue(session.runtime)
        try api.call { $0.pointee.BindInput(binding.pointer, name, value.pointer) }
        inputTensors[name] = tensor
    }

    /// Has runs write the output into `tensor`, whose shape has to be the output's.
    /// - Throws: `invalidArgument` where the model has no such output.
    public func bind(output name: String, to tensor: Tensor) throws(ONNXRuntimeError) {
        try require(name, in: session.outputs, as: "output")
        let value = try tensor.makeValue(session.runtime)
        try api.call { $0.pointee.BindOutput(binding.pointer, name, value.pointer) }
        outputTensors[name] = tensor
    }

    /// Has each run allocate the output anew, in the CPU's memory.
    /// - Throws: `invalidArgument` where the model has no such output.
    public func bindOutput(_ name: String) throws(ONNXRuntimeError) {
        try require(name, in: session.outputs, as: "output")
        let memory = session.runtime.cpuMemory.pointer
        try api.call { $0.pointee.BindOutputToDevice(binding.pointer, name, memory) }
        outputTensors[name] = nil
    }

    /// The outputs of the last run, by name: the very tensors they were bound to, or new ones over what ONNX Runtime
    /// allocated, which later runs leave alone.
    /// - Throws: `unsupportedType` for an output that is not a tensor of numbers, or where nothing has been run yet.
    public func outputs() throws(ONNXRuntimeError) -> [String: Tensor] {
        var results = outputTensors
        let names = try boundOutputNames()
        var values = try boundOutputValues()
        let release = api.functions.pointee.ReleaseValue
        defer {
            for value in values { release?(value) }
        }
        for (index, name) in names.enumerated() where index < values.count && results[name] == nil {
            guard let value = values[index], let release else { continue }
            values[index] = nil
            results[name] = try Tensor(Owned(value, release: release), name: name, from: session)
        }
        return results
    }

    /// Brings what inputs in ordinary memory hold now to the device: ONNX Runtime copies them when they are bound, and does
    /// not look at them again.
    func sendInputs() throws(ONNXRuntimeError) {
        for (name, tensor) in inputTensors where !tensor.isOnDevice {
            let value = try tensor.makeValue(session.runtime)
            try api.call { $0.pointee.BindInput(binding.pointer, name, value.pointer) }
        }
        try api.call { $0.pointee.SynchronizeBoundInputs(binding.pointer) }
    }

    /// Waits until outputs in ordinary memory have what the device computed.
    func awaitOutputs() throws(ONNXRuntimeError) {
        try api.call { $0.pointee.SynchronizeBoundOutputs(binding.pointer) }
    }

    func isBound(input name: String) -> Bool { inputTensors[name] != nil }

    /// Lets go of all inputs and outputs.
    public func clear() {
        api.functions.pointee.ClearBoundInputs(binding.pointer)
        api.functions.pointee.ClearBoundOutputs(binding.pointer)
        inputTensors = [:]
        outputTensors = [:]
    }

    /// ONNX Runtime finds a wrong name only when it runs, and then says nothing for an output.
    private func require(_ name: String, in values: [ValueInfo], as kind: String) throws(ONNXRuntimeError) {
        guard !values.contains(where: { $0.name == name }) else { return }
        let names = values.map(\.name).joined(separator: ", ")
        throw ONNXRuntimeError(.invalidArgument, "The model has no \(kind) named \(name); it has \(names).")
    }

    /// In the order in which they were bound.
    private func boundOutputNames() throws(ONNXRuntimeError) -> [String] {
        let allocator = try api.defaultAllocator()
        var text: UnsafeMutablePointer<CChar>?
        var lengths: UnsafeMutablePointer<Int>?
        var count = 0
        try api.call { $0.pointee.GetBoundOutputNames(binding.pointer, allocator, &text, &lengths, &count) }
        guard let text, let lengths else { return [] }
        // One name after the other, without anything between.
        var names: [String] = []
        var start = 0
        for length in UnsafeBufferPointer(start: lengths, count: count) {
            let bytes = UnsafeRawBufferPointer(start: text + start, count: length)
            names.append(String(decoding: bytes, as: UTF8.self))
            start += length
        }
        try api.call { $0.pointee.AllocatorFree(allocator, text) }
        try api.call { $0.pointee.AllocatorFree(allocator, lengths) }
        return names
    }

    /// In the order of the names; each is for the caller to release.
    private func boundOutputValues() throws(ONNXRuntimeError) -> [OpaquePointer?] {
        let allocator = try api.defaultAllocator()
        var list: UnsafeMutablePointer<OpaquePointer?>?
        var count = 0
        try api.call { $0.pointee.GetBoundOutputValues(binding.pointer, allocator, &list, &count) }
        guard let list else { return [] }
        let values = Array(UnsafeBufferPointer(start: list, count: count))
        try api.call { $0.pointee.AllocatorFree(allocator, list) }
        return values
    }
}
