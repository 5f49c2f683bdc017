/// A file of weights, whichever format it has: mapped, and its table validated before any tensor is handed out.
protocol WeightFile: Sendable {
    var path: String { get }
    var file: MappedFile { get }
    /// The tensors' names.
    var names: [String] { get }
    /// Numbers in all tensors; those that several tensors share count once.
    var elementCount: Int { get }
    func contains(_ name: String) -> Bool
    /// - Throws: `missingTensor`; `invalidTensor` for a view that is not copied.
    func tensor(_ name: String) throws(CheckpointError) -> StoredTensor

    /// The bytes that say which tensors there are.
    var tableRanges: [Range<Int>] { get }
    /// The bytes that may belong to tensors.
    var dataRange: Range<Int> { get }
    /// The bytes of each tensor.
    var tensorRanges: [Range<Int>] { get }
}

extension SafetensorsFile: WeightFile {
    var tableRanges: [Range<Int>] { [0..<header.dataOffset] }
    var dataRange: Range<Int> { header.dataOffset..<byteCount }
    var tensorRanges: [Range<Int>] {
        header.entries.map { header.dataOffset + $0.range.lowerBound..<header.dataOffset + $0.range.upperBound }
    }
}
