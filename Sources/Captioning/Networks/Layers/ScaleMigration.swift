import Checkpoint
import Foundation
import ONNXGraph

/// Balances a norm's outputs and the weights behind it, so that both can be held in few bits.
///
/// Some checkpoints have channels that are tens of times as large as the others. Where a block of inputs shares a scale, such
/// a channel leaves the others few of the 255 steps. So a norm's gain and shift are divided by a factor for each channel, and
/// the weights that meet it are multiplied by the same: the layer's result stays what it was, and nothing is computed
/// that was not computed before. The factor is a power of the ratio of the two magnitudes, as in SmoothQuant
/// (Xiao et al. 2022, arXiv:2211.10438), with magnitudes of inputs that follow from the norm instead of examples.
package final class ScaleMigration {
    /// Trained networks have no factors above this or below its inverse.
    private static let largestFactor: Float = 1024

    private let gain: StoredTensor
    private let shift: StoredTensor?
    private let matrix: Matrix
    private let exponent: Float
    private var known: [Float]?

    /// - Parameter bits: of the weights. With 8, both sides can bear as much; with 4, weights bear less.
    init?(_ norm: Norm?, _ matrix: Matrix, bits: Int) {
        guard let norm, let gain = norm.gain else { return nil }
        self.gain = gain
        shift = norm.shift
        self.matrix = matrix
        exponent = bits == 8 ? 0.5 : 0.25
    }

    /// What each input's weights are multiplied by, [inputs]. Reads the matrix, the first time.
    func factors() throws(CheckpointError) -> [Float] {
        if let known { return known }
        let factors = Self.factors(try inputMagnitudes(), try weightMagnitudes(), exponent)
        known = factors
        return factors
    }

    package static func factors(_ inputs: [Float], _ weights: [Float], _ exponent: Float) -> [Float] {
        let ratios = zip(inputs, weights).map { $0 / $1 }
        // A channel that is nothing but zeros on either side, or has an infinity, stays as it is.
        let usable = ratios.filter { $0 > 0 && $0.isFinite }.sorted()
        guard !usable.isEmpty else { return ratios.map { _ in 1 } }
        let middle = usable[usable.count / 2]
        return ratios.map { ratio in
            guard ratio > 0, ratio.isFinite else { return 1 }
            let factor = powf(ratio / middle, exponent)
            return min(max(factor, 1 / largestFactor), largestFactor)
        }
    }

    /// A vector of the norm without the factors.
    func divided(_ vector: StoredTensor?, as name: String) -> Weight? {
        guard let vector else { return nil }
        return Weight("\(matrix.name).\(name)", .float32, shape: vector.shape) { sink in
            let values = zip(try vector.finiteFloats(), try self.factors()).map { $0 / $1 }
            try values.withUnsafeBytes { try sink($0) }
        }
    }

    /// What a value that is normalised already is multiplied by, [inputs].
    var inverse: Weight {
        Weight("\(matrix.name).inverse", .float32, shape: [matrix.width]) { sink in
            try self.factors().map { 1 / $0 }.withUnsafeBytes { try sink($0) }
        }
    }

    /// The root of the mean square of each input: what is normalised has a variance of 1.
    private func inputMagnitudes() throws(CheckpointError) -> [Float] {
        let gains = try gain.finiteFloats()
        let shifts = try shift?.finiteFloats() ?? gains.map { _ in 0 }
        return zip(gains, shifts).map { ($0 * $0 + $1 * $1).squareRoot() }
    }

    /// The largest weight of each input.
    private func weightMagnitudes() throws(CheckpointError) -> [Float] {
        let width = matrix.width
        var largest = [Float](repeating: 0, count: width)
        let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: width)
        defer { row.deallocate() }
        for index in 0..<matrix.count {
            try matrix.copyFloats(row: index, columns: 0..<width, into: row)
            largest.withUnsafeMutableBufferPointer { largest in
                for column in 0..<width {
                    let magnitude = row[column].magnitude
                    largest[column] = magnitude > largest[column] ? magnitude : largest[column]
                }
            }
        }
        return largest
    }
}
