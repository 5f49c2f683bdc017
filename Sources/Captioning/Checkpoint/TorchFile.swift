/// One file of torch.save, such as `pytorch_model.bin`: mapped into memory, and every tensor of it compared with its storage before
/// any is handed out. Nothing in it is executed; see ``TorchPickle``.
///
/// Tensors may share a storage, as tied weights do, and may be views of a part of it. Those that lie in it in their order stay
/// in the mapped file; others are copied when they are looked at.
public final class TorchFile: Sendable {
    /// One tensor.
    struct Entry: Sendable {
        let name: String
        let scalarType: ScalarType
        let shape: [Int]
        let elementCount: Int
        /// From its first element to the end of its last, in bytes of the file.
        let range: Range<Int>
        /// In elements, where the tensor does not lie in its order; else nil.
        let strides: [Int]?
        /// Elements of the storage that it is a view of.
        let storageCount: Int

        /// Whether it repeats elements of its storage, as torch's `expand` does. Copied, it could be larger than any memory.
        var isExpanded: Bool { strides != nil && elementCount > storageCount }
    }

    public let path: String
    let file: MappedFile
    private let entries: [Entry]
    private let places: [String: Int]
    private let archive: TorchArchive

    /// What the tensors of a file may take together, as a multiple of the file. Tied weights occur four times at most (T5's
    /// embeddings); without a limit, a small file could ask for terabytes.
    private static let maximumSharing = 16

    /// Maps the file, and reads its table and its pickle, however large the storages are.
    ///
    /// - Throws: `missingFile`, `unreadableFile`, `notTorchFile`, `truncatedFile`, `invalidArchive`, `invalidPickle` or
    ///   `invalidTensor`.
    public init(path: String) throws(CheckpointError) {
        let file = try MappedFile(path: path)
        let archive = try TorchArchive(file.bytes, path: path)
        let pickle = try TorchPickle(UnsafeRawBufferPointer(rebasing: file.bytes[archive.pickle]), path: path)
        let entries = try pickle.tensors.map { (name, tensor) throws(CheckpointError) in
            try Self.entry(name, tensor, archive, path)
        }
        var total = 0
        for entry in entries where !entry.isExpanded {
            // Each is no larger than the file, so that the sum of a few cannot overflow.
            total += entry.elementCount * entry.scalarType.byteCount
            guard total <= Self.maximumSharing * file.bytes.count else {
                throw CheckpointError(
                    .invalidTensor,
                    "In \(path), the tensors up to \"\(entry.name)\" share their storages so often that they are more than "
                        + "\(Self.maximumSharing) times as large as the file. Use a checkpoint in safetensors.")
            }
        }
        (self.path, self.file, self.archive, self.entries) = (path, file, archive, entries)
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
    }

    /// Bytes of the whole file.
    public var byteCount: Int { file.bytes.count }

    /// The tensors' names, in the order in which they were saved.
    public var names: [String] { entries.map(\.name) }

    public func contains(_ name: String) -> Bool { places[name] != nil }

    /// The tensor of that name; its bytes are read when they are looked at.
    ///
    /// - Throws: `missingTensor`; `invalidTensor` for a view that repeats elements of its storage.
    public func tensor(_ name: String) throws(CheckpointError) -> StoredTensor {
        guard let place = places[name] else {
            throw CheckpointError(.missingTensor, "\(path) holds no tensor named \"\(name)\".")
        }
        let entry = entries[place]
        guard !entry.isExpanded else {
            throw CheckpointError(
                .invalidTensor,
                "In \(path), tensor \"\(name)\" of shape \(entry.shape) repeats the \(entry.storageCount) elements of its storage. "
                    + "Save it again as \"\(name)\".contiguous(), or with save_pretrained as safetensors.")
        }
        return StoredTensor(entry, in: file)
    }

    /// Compares a tensor with the storage that it is a view of.
    private static func entry(
        _ name: String, _ tensor: TorchPickle.Tensor, _ archive: TorchArchive, _ path: String
    ) throws(CheckpointError) -> Entry {
        func invalid(_ reason: String) -> CheckpointError {
            CheckpointError(
                .invalidTensor,
                "In \(path), tensor \"\(name)\" \(reason). Download it again, or use a checkpoint in safetensors.")
        }
        let (storage, width) = (tensor.storage, tensor.scalarType.byteCount)
        guard let bytes = archive.storages[storage.key] else {
            throw invalid("lies in storage \(storage.key), which the archive does not hold")
        }
        guard bytes.count == storage.byteCount else {
            throw invalid(
                "lies in storage \(storage.key), which should have \(storage.byteCount) bytes and has \(bytes.count)")
        }
        var byteCount = width
        for size in tensor.shape {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
            // A later zero would make the product small again, as in safetensors.
            guard !overflow else { throw invalid("of shape \(tensor.shape) is larger than any memory") }
            byteCount = product
        }
        let storageCount = bytes.count / width
        // The place of the last element.
        var (last, isContiguous, run) = (tensor.offset, true, 1)
        for (size, step) in zip(tensor.shape, tensor.strides).reversed() where size > 1 {
            let (distance, isFar) = (size - 1).multipliedReportingOverflow(by: step)
            let (sum, isFarther) = last.addingReportingOverflow(distance)
            guard !isFar, !isFarther else {
                throw invalid("has the strides \(tensor.strides), which lead beyond any storage")
            }
            (last, isContiguous) = (sum, isContiguous && step == run)
            // Cannot overflow: it is a part of the product above, unless a size is zero.
            run &*= size
        }
        let elementCount = byteCount / width
        guard elementCount == 0 ? tensor.offset <= storageCount : last < storageCount else {
            throw invalid(
                "of shape \(tensor.shape), offset \(tensor.offset) and strides \(tensor.strides) leads beyond its storage "
                    + "of \(storageCount) elements")
        }
        let start = bytes.lowerBound + tensor.offset * width
        let isInOrder = isContiguous || elementCount == 0
        return Entry(
            name: name, scalarType: tensor.scalarType, shape: tensor.shape, elementCount: elementCount,
            range: start..<(elementCount == 0 ? start : bytes.lowerBound + (last + 1) * width),
            strides: isInOrder ? nil : tensor.strides, storageCount: storageCount)
    }
}

extension TorchFile: WeightFile {
    var elementCount: Int {
        var seen = Set<Range<Int>>()
        return entries.reduce(0) { seen.insert($1.range).inserted && !$1.isExpanded ? $0 + $1.elementCount : $0 }
    }

    var tableRanges: [Range<Int>] { [archive.pickle, archive.directory] }
    var dataRange: Range<Int> { 0..<byteCount }
    var tensorRanges: [Range<Int>] { entries.map(\.range) }
}
