package import Checkpoint
package import ONNXGraph

/// The tensors of a linear layer, or of several over the same input as one.
package struct LinearLayer {
    package let matrix: Matrix
    /// One for each part of the matrix; nil for zeros.
    private let biases: [VectorPart?]

    /// - Parameter bias: as many as `parts`, each as long as its part has rows.
    package init(_ parts: [MatrixRows], bias: [VectorPart?]) {
        matrix = Matrix(parts)
        biases = bias
    }

    /// Layers over the same input as one, whose outputs follow each other.
    package init(joining layers: [LinearLayer]) {
        matrix = Matrix(layers.flatMap(\.matrix.parts))
        biases = layers.flatMap(\.biases)
    }

    /// [outputs]; nil where there is none.
    package var bias: Weight? {
        if biases.count == 1, let bias = biases[0], bias.isWhole { return .stored(bias.tensor) }
        guard biases.contains(where: { $0 != nil }) else { return nil }
        let parts = zip(biases, matrix.parts).map { (values: $0, length: $1.count) }
        return Weight("\(matrix.name).bias", .float32, shape: [matrix.count]) { sink in
            for part in parts {
                let values = try part.values?.floats() ?? [Float](repeating: 0, count: part.length)
                try values.withUnsafeBytes { try sink($0) }
            }
        }
    }
}

/// Neighbouring elements of a vector of the checkpoint.
package struct VectorPart {
    package let tensor: StoredTensor
    package let range: Range<Int>

    /// - Parameter range: all elements by default.
    package init(_ tensor: StoredTensor, _ range: Range<Int>? = nil) {
        self.tensor = tensor
        self.range = range ?? 0..<tensor.elementCount
    }

    package var isWhole: Bool { range.count == tensor.elementCount }

    package func floats() throws(CheckpointError) -> [Float] { Array(try tensor.finiteFloats()[range]) }
}

/// Neighbouring rows of a matrix of the checkpoint: the outputs of one layer, where several lie in one tensor.
package struct MatrixRows {
    package let tensor: StoredTensor
    package let range: Range<Int>

    /// - Parameter range: all rows by default.
    package init(_ tensor: StoredTensor, _ range: Range<Int>? = nil) {
        self.tensor = tensor
        self.range = range ?? 0..<tensor.shape[0]
    }

    package var count: Int { range.count }

    /// The tensor's name, with the range where it is only a part.
    package var name: String {
        count == tensor.shape[0] ? tensor.name : "\(tensor.name)[\(range.lowerBound):\(range.upperBound)]"
    }
}

/// A matrix [rows, width] from one or more tensors, whose rows follow each other.
package struct Matrix {
    package let parts: [MatrixRows]

    /// - Parameter parts: at least one, of the same width.
    package init(_ parts: [MatrixRows]) {
        self.parts = parts
    }

    package var count: Int { parts.reduce(0) { $0 + $1.count } }
    package var width: Int { parts[0].tensor.shape[1] }
    package var name: String { parts.map(\.name).joined(separator: "+") }

    /// Some neighbouring columns of one row as floats.
    package func copyFloats(
        row: Int, columns: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) {
        var row = row
        for part in parts {
            guard row >= part.count else {
                let start = (part.range.lowerBound + row) * width + columns.lowerBound
                try part.tensor.copyFloats(start..<(start + columns.count), into: buffer)
                return try part.tensor.checkFinite(
                    UnsafeBufferPointer(rebasing: buffer[..<columns.count]), from: start)
            }
            row -= part.count
        }
    }

    /// See `StoredTensor.forgetPages()`.
    package func forgetPages() {
        for part in parts { part.tensor.forgetPages() }
    }
}
