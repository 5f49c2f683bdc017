public import Foundation

/// Writes a safetensors file whose tensors come one after the other, in pieces, and are never held whole.
///
/// The format: eight bytes of the header's length, little-endian; the header, JSON; the tensors' bytes, end to end.
/// Source: https://github.com/huggingface/safetensors.
public final class SafetensorsWriter {
    /// A tensor that will be written.
    public struct Tensor: Sendable {
        public let name: String
        public let scalarType: ScalarType
        public let shape: [Int]

        public var byteCount: Int { shape.reduce(scalarType.byteCount, *) }

        public init(_ name: String, _ scalarType: ScalarType, shape: [Int]) {
            self.name = name
            self.scalarType = scalarType
            self.shape = shape
        }
    }

    private struct Entry: Encodable {
        let dtype: String
        let shape: [Int]
        let dataOffsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }
    }

    private let path: String
    private let file: FileHandle
    private var missing: Int

    /// Makes the file, which must not be there, and writes its header.
    ///
    /// - Parameter tensors: all of them, in the order in which their bytes will come.
    /// - Throws: `unwritableFile`.
    public init(_ url: URL, tensors: [Tensor]) throws(CheckpointError) {
        path = url.path
        missing = tensors.reduce(0) { $0 + $1.byteCount }
        var (entries, offset) = ([String: Entry](), 0)
        for tensor in tensors {
            entries[tensor.name] = Entry(
                dtype: tensor.scalarType.rawValue, shape: tensor.shape,
                dataOffsets: [offset, offset + tensor.byteCount])
            offset += tensor.byteCount
        }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            var header = try encoder.encode(entries)
            // The data begins at a multiple of eight bytes.
            header.append(Data(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
            let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
            try (length + header).write(to: url, options: .withoutOverwriting)
            file = try FileHandle(forUpdating: url)
            try file.seekToEnd()
        } catch {
            throw CheckpointError(.unwritableFile, "\(url.path) could not be written: \(error).", cause: error)
        }
    }

    /// Writes the next bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        // The handle only reads these bytes, and only during the call.
        let view = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none)
        do {
            try file.write(contentsOf: view)
        } catch {
            throw CheckpointError(.unwritableFile, "\(path) could not be written: \(error).", cause: error)
        }
        missing -= bytes.count
    }

    /// Closes the file.
    ///
    /// - Throws: `unwritableFile`, also where other bytes were written than the tensors have.
    public func close() throws(CheckpointError) {
        do {
            try file.close()
        } catch {
            throw CheckpointError(.unwritableFile, "\(path) could not be written: \(error).", cause: error)
        }
        guard missing == 0 else {
            throw CheckpointError(
                .unwritableFile, "\(path) lacks \(missing) bytes of what its header promises.")
        }
    }
}
