internal import Foundation

/// The bytes that one or more tensors look at; gone when the last of them is.
final class TensorMemory {
    let start: UnsafeMutableRawPointer
    let byteCount: Int

    /// Nil for memory that the processor reads and writes.
    let device: DeviceMemory?

    /// What is freed in the end: a block of ours, or a value of ONNX Runtime's and then the session that made it.
    private let block: UnsafeMutableRawPointer?
    private let value: Owned?
    private let session: Session?

    /// The widest vector registers and a cache line are both this long.
    private static let alignment = 64

    /// Zero-filled memory. The system hands large blocks out untouched, so that what is never used costs nothing.
    init(byteCount: Int) throws(ONNXRuntimeError) {
        let (size, overflow) = byteCount.addingReportingOverflow(Self.alignment)
        guard !overflow, let block = calloc(1, size) else {
            throw ONNXRuntimeError(.invalidTensor, "There is no memory for a tensor of \(byteCount) bytes.")
        }
        start = block.alignedUp(toMultipleOf: Self.alignment)
        self.byteCount = byteCount
        self.block = block
        device = nil
        value = nil
        session = nil
    }

    /// Memory inside a value that `session` made.
    init(start: UnsafeMutableRawPointer, byteCount: Int, of value: consuming Owned, from session: Session) {
        self.start = start
        self.byteCount = byteCount
        block = nil
        device = nil
        self.value = consume value
        self.session = session
    }

    /// Memory of a device, as it is.
    init(byteCount: Int, in device: DeviceMemory) throws(ONNXRuntimeError) {
        start = try device.allocate(byteCount: byteCount)
        self.byteCount = byteCount
        self.device = device
        block = nil
        value = nil
        session = nil
    }

    deinit {
        if let device { device.free(start) } else { free(block) }
    }
}
