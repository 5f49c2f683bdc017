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
