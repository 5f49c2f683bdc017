/// A constant tensor whose bytes are produced when the graph is written, piece by piece, and never held whole.
public struct Weight {
    /// Takes the next bytes of a weight, in row-major order.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    public let name: String
    public let elementType: ElementType
    public let shape: [Int]
    /// Hands all bytes to a sink.
    public let produce: (Sink) throws -> Void

    /// - Parameters:
    ///   - name: the name in the graph; checkpoints' own names stay readable in any ONNX viewer.
    ///   - shape: the sizes of all axes.
    ///   - produce: hands all bytes, little-endian and row-major, to the sink it is given, in as many pieces as it likes.
    public init(
        _ name: String, _ elementType: ElementType, shape: [Int], produce: @escaping (Sink) throws -> Void
    ) {
        self.name = name
        self.elementType = elementType
        self.shape = shape
        self.produce = produce
    }

    public var byteCount: Int { shape.reduce(elementType.byteCount, *) }
}
