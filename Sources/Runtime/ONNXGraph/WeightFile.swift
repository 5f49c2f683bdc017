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

/// The file beside a graph that holds its weights end to end, each at a multiple of 64 bytes.
final class WeightFile {
    /// What ONNX Runtime's kernels like best, and safetensors' own alignment.
    private static let alignment = 64

    private let file: OutputFile

    /// Bytes written so far.
    var length: Int { file.length }

    init(path: String) throws(ONNXGraphError) {
        file = try OutputFile(path: path)
    }

    /// Writes a weight's bytes and returns the initializer that refers to them.
    ///
    /// - Parameter progress: told after each piece.
    func append(_ weight: Weight, location: String, progress: () throws -> Void) throws -> Onnx_TensorProto {
        let padding = (Self.alignment - length % Self.alignment) % Self.alignment
        try [UInt8](repeating: 0, count: padding).withUnsafeBytes { try file.write($0) }
        let offset = length
        try weight.produce {
            try self.file.write($0)
            try progress()
        }
        guard length - offset == weight.byteCount else {
            throw ONNXGraphError(
                .weightSize,
                "The weight \(weight.name) \(weight.shape) needs \(weight.byteCount) bytes but got \(length - offset).")
        }
        var tensor = Onnx_TensorProto()
        tensor.name = weight.name
        tensor.dataType = weight.elementType.rawValue
        tensor.dims = weight.shape.map(Int64.init)
        tensor.dataLocation = .external
        let entries = [("location", location), ("offset", "\(offset)"), ("length", "\(weight.byteCount)")]
        tensor.externalData = entries.map { key, value in
            var entry = Onnx_StringStringEntryProto()
            entry.key = key
            entry.value = value
            return entry
        }
        return tensor
    }

    /// Waits until the bytes are on disk.
    func close() throws(ONNXGraphError) -> WrittenFile {
        try file.close()
    }
}
