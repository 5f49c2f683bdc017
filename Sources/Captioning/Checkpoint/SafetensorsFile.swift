/// One safetensors file, mapped into memory and checked from end to end of its header before any tensor is handed out.
public final class SafetensorsFile: Sendable {
    public let path: String
    /// Bytes of the whole file.
    public let byteCount: Int
    /// The header's free-form strings (`__metadata__`).
    public let metadata: [String: String]

    let file: MappedFile
    let header: SafetensorsHeader

    /// Maps the file and validates its header. Reads the header only, however large the file is.
    ///
    /// - Throws: `missingFile`, `unreadableFile`, `notSafetensors`, `truncatedFile`, `invalidHeader` or `invalidTensor`.
    public init(path: String) throws(CheckpointError) {
        file = try MappedFile(path: path)
        header = try SafetensorsHeader(file.bytes, path: path)
        metadata = header.metadata
        byteCount = file.bytes.count
        self.path = path
    }

    /// The tensors' names in the order of their bytes in the file.
    public var names: [String] { header.entries.map(\.name) }

    /// Numbers in all tensors.
    var elementCount: Int { header.entries.reduce(0) { $0 + $1.range.count / $1.scalarType.byteCount } }

    public func contains(_ name: String) -> Bool { header.places[name] != nil }

    /// The tensor of that name; its bytes are read when they are looked at.
    ///
    /// - Throws: `missingTensor`.
    public func tensor(_ name: String) throws(CheckpointError) -> StoredTensor {
        guard let place = header.places[name] else {
            throw CheckpointError(.missingTensor, "\(path) holds no tensor named \"\(name)\".")
        }
        return StoredTensor(header.entries[place], in: file, dataOffset: header.dataOffset)
    }
}
