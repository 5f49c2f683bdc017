import Checkpoint

/// How the matrices of a graph's linear layers are held.
enum WeightFormat: Sendable, Hashable {
    case float32
    /// Integers of 4 or 8 bits; `block` neighbouring inputs share a scale.
    case quantized(bits: Int, block: Int)
}

/// Neighbouring rows of a matrix of the checkpoint: the outputs of one layer, where several lie in one matrix.
struct MatrixRows {
    let tensor: StoredTensor
    let range: Range<Int>

    /// - Parameter range: all rows by default.
    init(_ tensor: StoredTensor, _ range: Range<Int>? = nil) {
        self.tensor = tensor
        self.range = range ?? 0..<tensor.shape[0]
    }

    var count: Int { range.count }
    var width: Int { tensor.shape[1] }
    /// The tensor's name, with the range where it is only a part.
    var name: String {
        count == tensor.shape[0] ? tensor.name : "\(tensor.name)[\(range.lowerBound):\(range.upperBound)]"
    }

    /// Some of the rows, counted from the first of these, as floats end to end.
    func copyFloats(rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) throws(CheckpointError) {
        let first = (range.lowerBound + rows.lowerBound) * width
        try tensor.copyFloats(first..<(first + rows.count * width), into: buffer)
    }
}
