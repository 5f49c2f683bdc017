internal import CONNXRuntime

/// The memory that a session's provider computes in, for tensors that stay there from run to run.
///
/// Allocators of ONNX Runtime may be called from any thread.
public final class DeviceMemory: Sendable {
    /// Whose memory; raw values are ONNX Runtime's names.
    public enum Kind: String, Sendable {
        case cpu = "Cpu"
        case cuda = "Cuda"
    }

    // In this order the allocator is released before the session that it belongs to.
    private let allocator: Owned
    let info: Owned
    private let session: Session

    /// - Throws: `invalidArgument` where no provider of the session has such memory.
    public init(_ kind: Kind, of session: Session) throws(ONNXRuntimeError) {
        let api = session.runtime.api
        let info = try api.make(api.functions.pointee.ReleaseMemoryInfo) {
            $0.pointee.CreateMemoryInfo(
                kind.rawValue, Int32(ORT_DEVICE_ALLOCATOR), 0, Int32(ORT_MEMORY_TYPE_DEFAULT), $1)
        }
        let memory = info.pointer
        allocator = try api.make(api.functions.pointee.ReleaseAllocator) {
            $0.pointee.CreateAllocator(session.session.pointer, memory, $1)
        }
        self.info = info
        self.session = session
    }

    /// A tensor of whatever the memory holds. Its numbers are for runs of sessions alone to read and write.
    /// - Throws: `invalidTensor` where a dimension is negative; ONNX Runtime's codes where the device is full.
    public func tensor(_ elementType: ElementType, shape: [Int]) throws(ONNXRuntimeError) -> Tensor {
        let count = try Tensor.elementCount(elementType, shape)
        let memory = try TensorMemory(byteCount: count * elementType.byteCount, in: self)
        return Tensor(elementType, shape: shape, elementCount: count, memory: memory)
    }

    func allocate(byteCount: Int) throws(ONNXRuntimeError) -> UnsafeMutableRawPointer {
        var block: UnsafeMutableRawPointer?
        // No allocator gives an address for nothing.
        let size = max(byteCount, 1)
        try session.runtime.api.call { $0.pointee.AllocatorAlloc(allocator.pointer, size, &block) }
        guard let block else {
            throw ONNXRuntimeError(.invalidTensor, "The device has no memory for a tensor of \(byteCount) bytes.")
        }
        return block
    }

    func free(_ block: UnsafeMutableRawPointer) {
        // It has no way to fail.
        try? session.runtime.api.call { $0.pointee.AllocatorFree(allocator.pointer, block) }
    }
}
