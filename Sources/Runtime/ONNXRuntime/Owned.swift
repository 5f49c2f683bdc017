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
