import Foundation

/// The file beside a graph that holds its weights end to end, each at a multiple of 64 bytes.
final class WeightFile {
    /// What ONNX Runtime's kernels like best, and safetensors' own alignment.
    private static let alignment = 64

    private let path: String
    private let file: FileHandle
    private(set) var length = 0

    init(path: String) throws(ONNXGraphError) {
        self.path = path
        do {
            try Data().write(to: URL(fileURLWithPath: path))
            file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        } catch {
            throw Self.failure(path, error)
        }
    }

    /// Writes a weight's bytes and returns the initializer that refers to them.
    func append(_ weight: Weight, location: String) throws -> Onnx_TensorProto {
        let padding = (Self.alignment - length % Self.alignment) % Self.alignment
        try [UInt8](repeating: 0, count: padding).withUnsafeBytes { try write($0) }
        let offset = length
        try weight.produce { try self.write($0) }
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

    /// Waits until the bytes are on disk, so that a renamed folder never holds half a file.
    func close() throws(ONNXGraphError) {
        do {
            try file.synchronize()
            try file.close()
        } catch {
            throw Self.failure(path, error)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(ONNXGraphError) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        // The handle only reads these bytes, and only during the call.
        let view = Data(
            bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none)
        do {
            try file.write(contentsOf: view)
        } catch {
            throw Self.failure(path, error)
        }
        length += bytes.count
    }

    private static func failure(_ path: String, _ cause: any Error) -> ONNXGraphError {
        ONNXGraphError(.file, "The weight file \(path) could not be written.", cause: cause)
    }
}
