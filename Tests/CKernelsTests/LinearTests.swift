import CKernels
import Foundation
import Randomness
import Testing

@Suite("Quantised layers")
struct LinearTests {
    /// Rows, outputs, inputs, bits, block: whole and broken tiles, panels, blocks and groups of inputs.
    struct Shape: CustomTestStringConvertible, Sendable {
        let rows, outputs, inputs: Int
        let bits, block: Int32
        var testDescription: String { "\(rows) × \(inputs) → \(outputs), \(bits) bits in blocks of \(block)" }

        static let all = [
            Shape(rows: 1, outputs: 1, inputs: 1, bits: 8, block: 8),
            Shape(rows: 5, outputs: 40, inputs: 50, bits: 8, block: 16),
            Shape(rows: 1, outputs: 7, inputs: 9, bits: 4, block: 8),
            Shape(rows: 13, outputs: 100, inputs: 300, bits: 4, block: 128),
            Shape(rows: 25, outputs: 64, inputs: 512, bits: 8, block: 512),
            Shape(rows: 3, outputs: 33, inputs: 1030, bits: 8, block: 256),
            Shape(rows: 150, outputs: 96, inputs: 24, bits: 4, block: 16),
        ]
    }

    @Test("Packed weights are within half a step of the originals", arguments: [Int32(4), 8])
    func packs(bits: Int32) throws {
        var numbers = SplitMix64(seed: 1)
        let matrix = Matrix(outputs: 37, inputs: 300, bits: bits, block: 64, &numbers)
        let unpacked = matrix.unpacked
        for output in 0..<37 {
            for first in stride(from: 0, to: 300, by: 64) {
                let places = (output * 300 + first)..<(output * 300 + min(first + 64, 300))
                // Where the best scale leaves the largest weights out, they are off by more; 4 bits' scale may cut a fifth.
                let largest = places.map { abs(matrix.weights[$0]) }.max()!
                let step = largest / (bits == 8 ? 127 : 7)
                let differences = places.map { abs(unpacked[$0] - matrix.weights[$0]) }
                #expect(differences.max()! <= (bits == 8 ? 0.6 * step : 1.6 * step))
                #expect(differences.reduce(0, +) / Float(places.count) <= 0.3 * step)
            }
        }
    }

    @Test("The 4-bit scale search loses less than scaling by the largest weight")
    func searchesScales() {
        var numbers = SplitMix64(seed: 2)
        let matrix = Matrix(outputs: 32, inputs: 512, bits: 4, block: 128, &numbers)
        let unpacked = matrix.unpacked
        var found = 0.0
        var plain = 0.0
        for first in stride(from: 0, to: matrix.weights.count, by: 128) {
            let block = first..<(first + 128)
            let scale = block.map { abs(matrix.weights[$0]) }.max()! / 7
            for place in block {
                found += pow(Double(unpacked[place] - matrix.weights[place]), 2)
                let rounded = max(-8, min(7, (matrix.weights[place] / scale).rounded())) * scale
                plain += pow(Double(rounded - matrix.weights[place]), 2)
            }
        }
        #expect(found < 0.95 * plain)
    }

    @Test("A layer computes product, bias, activation and residual", arguments: Kernel.all, Shape.all)
    func multiplies(kernel: Kernel, shape: Shape) throws {
        var numbers = SplitMix64(seed: 3)
        let matrix = Matrix(
            outputs: shape.outputs, inputs: shape.inputs, bits: shape.bits, block: shape.block, &numbers)
        let x = numbers.floats(shape.rows * shape.inputs)
        let bias = numbers.floats(shape.outputs)
        let residual = numbers.floats(shape.rows * shape.outputs)
        let product = matrix.product(x.map(Double.init))
        for activation in [QLINEAR_IDENTITY, QLINEAR_RELU, QLINEAR_GELU] {
            let layer = Layer(matrix: matrix, bias: bias, activation: activation, residual: residual)
            let expected = product.indices.map { place in
                activated(product[place] + Double(bias[place % shape.outputs]), activation) + Double(residual[place])
            }
            #expect(relativeError(try layer.run(kernel, x), expected) < 1e-6)
        }
    }

    @Test(
        "Normalises rows before the product", arguments: Kernel.all, [QLINEAR_LAYER_NORM, QLINEAR_RMS_NORM])
    func normalises(kernel: Kernel, kind: Int) throws {
        var numbers = SplitMix64(seed: 4)
        let matrix = Matrix(outputs: 45, inputs: 75, bits: 8, block: 32, &numbers)
        let x = numbers.floats(8 * 75, in: -3...5)
        let gain = numbers.floats(75, in: 0.5...2)
        let shift = numbers.floats(75)
        let layer = Layer(matrix: matrix, norm: (kind, gain, shift))
        var normalized: [Double] = []
        for start in stride(from: 0, to: x.count, by: 75) {
            let row = x[start..<(start + 75)].map(Double.init)
            let mean = kind == QLINEAR_LAYER_NORM ? row.reduce(0, +) / 75 : 0
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 75
            normalized += row.indices.map {
                (row[$0] - mean) / (variance + 1e-5).squareRoot() * Double(gain[$0]) + Double(shift[$0])
            }
        }
        // An input that lies between two steps may fall to either.
        #expect(relativeError(try layer.run(kernel, x), matrix.product(normalized)) < 1e-4)
    }

    @Test("A row's result does not depend on its neighbours", arguments: Kernel.all, [Int32(4), 8])
    func keepsRowsApart(kernel: Kernel, bits: Int32) throws {
        var numbers = SplitMix64(seed: 5)
        let matrix = Matrix(outputs: 70, inputs: 130, bits: bits, block: 64, &numbers)
        let x = numbers.floats(300 * 130)
        let layer = Layer(matrix: matrix, activation: QLINEAR_GELU)
        let all = try layer.run(kernel, x)
        for row in [0, 7, 149, 299] {
            let alone = try layer.run(kernel, Array(x[(row * 130)..<((row + 1) * 130)]))
            #expect(alone == Array(all[(row * 70)..<((row + 1) * 70)]))
        }
    }

    @Test("Two fused layers give the same as one after the other", arguments: Kernel.all, [1, 6, 257])
    func feedsForward(kernel: Kernel, rows: Int) throws {
        var numbers = SplitMix64(seed: 6)
        let first = Layer(
            matrix: Matrix(outputs: 130, inputs: 40, bits: 8, block: 64, &numbers), bias: numbers.floats(130),
            activation: QLINEAR_GELU,
            norm: (QLINEAR_LAYER_NORM, numbers.floats(40, in: 0.5...2), numbers.floats(40)))
        let second = Layer(
            matrix: Matrix(outputs: 40, inputs: 130, bits: 8, block: 64, &numbers), bias: numbers.floats(40),
            residual: numbers.floats(rows * 40))
        let x = numbers.floats(rows * 40)
        let hidden = try first.run(kernel, x)
        let both = try first.run(kernel, x, then: second)
        let apart = try second.run(kernel, hidden)
        #expect(both == apart)
    }

    @Test("NaN stays in its own row", arguments: Kernel.all)
    func passesNaNOn(kernel: Kernel) throws {
        var numbers = SplitMix64(seed: 7)
        let matrix = Matrix(outputs: 33, inputs: 64, bits: 8, block: 32, &numbers)
        var x = numbers.floats(3 * 64)
        x[64 + 5] = .nan
        for activation in [QLINEAR_IDENTITY, QLINEAR_RELU, QLINEAR_GELU] {
            let y = try Layer(matrix: matrix, activation: activation).run(kernel, x)
            #expect(y[33..<66].allSatisfy { $0.isNaN })
            #expect(!y[..<33].contains { $0.isNaN } && !y[66...].contains { $0.isNaN })
        }
    }

    private func activated(_ value: Double, _ activation: Int) -> Double {
        switch activation {
        case QLINEAR_RELU: max(0, value)
        case QLINEAR_GELU: value * 0.5 * erfc(-value / 2.0.squareRoot())
        default: value
        }
    }
}
