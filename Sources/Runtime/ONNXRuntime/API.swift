internal import CONNXRuntime
internal import COperators

/// The library's table of functions, with its statuses turned into errors.
///
/// `@unchecked Sendable`: the table is constant, and it stays where it is, for a library is never unloaded.
struct API: @unchecked Sendable {
    /// Called as `api.functions.pointee.Name(…)`; the pointer spares a copy of the whole table.
    let functions: UnsafePointer<OrtApi>

    /// Throws what `status` says, and releases it; does nothing for success, which is nil.
    func check(_ status: OpaquePointer?) throws(ONNXRuntimeError) {
        guard let status else { return }
        defer { functions.pointee.ReleaseStatus(status) }
        let code = ONNXRuntimeError.Code(status: functions.pointee.GetErrorCode(status))
        var message = functions.pointee.GetErrorMessage(status).map { String(cString: $0) } ?? ""
        while message.last?.isWhitespace == true { message.removeLast() }
        throw ONNXRuntimeError(code, message)
    }

    /// Calls a function that returns a status.
    func call(_ body: (UnsafePointer<OrtApi>) -> OpaquePointer?) throws(ONNXRuntimeError) {
        try check(body(functions))
    }

    /// The object that `create` makes, which `release` will release.
    func make(
        _ release: Owned.Release?,
        _ create: (UnsafePointer<OrtApi>, UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
    ) throws(ONNXRuntimeError) -> Owned {
        var object: OpaquePointer?
        try check(create(functions, &object))
        guard let object, let release else {
            throw ONNXRuntimeError(.failed, "ONNX Runtime reported success but made no object.")
        }
        return Owned(object, release: release)
    }

    /// ONNX Runtime's own allocator, from which it takes the text and lists that it hands out. Never to be released.
    func defaultAllocator() throws(ONNXRuntimeError) -> OpaquePointer? {
        var allocator: OpaquePointer?
        try call { $0.pointee.GetAllocatorWithDefaultOptions(&allocator) }
        return allocator
    }

    typealias Text = UnsafeMutablePointer<CChar>?

    /// The text that `read` makes with the allocator that it is given.
    func string(
        _ read: (UnsafePointer<OrtApi>, _ allocator: OpaquePointer?, UnsafeMutablePointer<Text>) -> OpaquePointer?
    ) throws(ONNXRuntimeError) -> String {
        let allocator = try defaultAllocator()
        var text: Text = nil
        try check(read(functions, allocator, &text))
        guard let text else { return "" }
        let string = String(cString: text)
        try call { $0.pointee.AllocatorFree(allocator, text) }
        return string
    }

    /// The description of ordinary memory, as the functions that make or bind tensors want it.
    func cpuMemory() throws(ONNXRuntimeError) -> Owned {
        try make(functions.pointee.ReleaseMemoryInfo) {
            $0.pointee.CreateCpuMemoryInfo(Int32(ORT_DEVICE_ALLOCATOR), Int32(ORT_MEMORY_TYPE_DEFAULT), $1)
        }
    }
}

/// An object of ONNX Runtime that is released when its owner goes.
///
/// `@unchecked Sendable`: ONNX Runtime's objects belong to no thread. Which calls on one may overlap is for the type
/// that owns it to say.
struct Owned: ~Copyable, @unchecked Sendable {
    typealias Release = @convention(c) (OpaquePointer?) -> Void

    let pointer: OpaquePointer
    private let release: Release

    init(_ pointer: OpaquePointer, release: @escaping Release) {
        self.pointer = pointer
        self.release = release
    }

    deinit { release(pointer) }

    /// The object, which is from now on for the caller to release.
    consuming func take() -> OpaquePointer {
        let pointer = pointer
        discard self
        return pointer
    }
}

/// Runs `body` with C strings of `strings`, which live until it returns.
func withCStrings<Result, Failure: Error>(
    _ strings: [String], _ body: ([UnsafePointer<CChar>?]) throws(Failure) -> Result
) throws(Failure) -> Result {
    let copies = strings.map { string in
        let bytes = string.utf8CString
        let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
        _ = copy.initialize(from: bytes)
        return copy
    }
    defer {
        for copy in copies { copy.deallocate() }
    }
    return try body(copies.map { UnsafePointer($0.baseAddress) })
}

extension API {
    /// The operators that are not ONNX Runtime's own, for all sessions to use.
    func ownOperators() throws(ONNXRuntimeError) -> Owned {
        let domain = try make(functions.pointee.ReleaseCustomOpDomain) {
            $0.pointee.CreateCustomOpDomain(OPERATOR_DOMAIN, $1)
        }
        let pointer = domain.pointer
        let operators = [
            qlinear_operator(), feed_forward_operator(), qlinear_rows_operator(), attention_operator(),
            cached_attention_operator(),
            cross_attention_operator(),
        ]
        for operation in operators {
            try call { $0.pointee.CustomOpDomain_Add(pointer, operation) }
        }
        return domain
    }
}
