import Checkpoint
import ONNXGraph

/// How a checkpoint's tensors become weights of a graph: converted to 32-bit floats a piece at a time,
/// so that a checkpoint of any size passes through a few megabytes of memory.
extension Weight {
    /// Elements converted at once.
    private static let pieceLength = 1 << 20

    /// The tensor as it is stored.
    static func stored(_ tensor: StoredTensor) -> Weight {
        Weight(tensor.name, .float32, shape: tensor.shape) { sink in
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: min(pieceLength, tensor.elementCount))
            defer { buffer.deallocate() }
            for start in stride(from: 0, to: tensor.elementCount, by: pieceLength) {
                let end = min(start + pieceLength, tensor.elementCount)
                let piece = UnsafeMutableBufferPointer(rebasing: buffer[..<(end - start)])
                try tensor.copyFloats(start..<end, into: piece)
                try tensor.checkFinite(UnsafeBufferPointer(piece), from: start)
                try sink(UnsafeRawBufferPointer(piece))
            }
            tensor.forgetPages()
        }
    }

    /// A matrix [rows, columns] of the checkpoint as [columns, rows]: what a linear layer multiplies from the right.
    static func transposed(_ matrix: Matrix) -> Weight {
        let (rows, columns) = (matrix.count, matrix.width)
        return Weight("\(matrix.name).T", .float32, shape: [columns, rows]) { sink in
            // A band of columns at a time: each row gives `band` neighbouring elements, so whole cache lines are read.
            let band = min(64, columns)
            let strip = UnsafeMutableBufferPointer<Float>.allocate(capacity: band)
            let output = UnsafeMutableBufferPointer<Float>.allocate(capacity: band * rows)
            defer {
                strip.deallocate()
                output.deallocate()
            }
            for first in stride(from: 0, to: columns, by: band) {
                let width = min(band, columns - first)
                let piece = UnsafeMutableBufferPointer(rebasing: strip[..<width])
                for row in 0..<rows {
                    try matrix.copyFloats(row: row, columns: first..<(first + width), into: piece)
                    for column in 0..<width { output[column * rows + row] = piece[column] }
                }
                try sink(UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: output[..<(width * rows)])))
            }
            matrix.forgetPages()
        }
    }

    /// A vector of ones: the gain of a normalisation without parameters.
    static func ones(_ length: Int) -> Weight {
        Weight("ones.\(length)", .float32, shape: [length]) { sink in
            try [Float](repeating: 1, count: length).withUnsafeBytes { try sink($0) }
        }
    }
}

extension StoredTensor {
    /// All elements as 32-bit floats, none of them infinite or NaN.
    func finiteFloats() throws(CheckpointError) -> [Float] {
        let floats = try floats()
        // `withUnsafeBufferPointer` throws what its body does, typed.
        try floats.withUnsafeBufferPointer { (floats) throws(CheckpointError) in try checkFinite(floats, from: 0) }
        return floats
    }
}
