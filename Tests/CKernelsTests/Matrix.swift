import CKernels
import Randomness

/// A weight matrix [outputs, inputs], packed.
final class Matrix {
    let shape: QLinearShape
    let weights: [Float]
    let panels: UnsafeMutableRawPointer

    init(outputs: Int, inputs: Int, bits: Int32, block: Int32, _ numbers: inout SplitMix64) {
        shape = QLinearShape(outputs: Int64(outputs), inputs: Int64(inputs), bits: bits, block: block)
        weights = numbers.floats(outputs * inputs)
        let panelBytes = qlinear_panel_byte_count(shape)
        let count = Int(qlinear_panel_count(shape))
        panels = .allocate(byteCount: panelBytes * count, alignment: 64)
        for panel in 0..<count {
            let first = panel * 32
            let rows = min(32, outputs - first)
            weights.withUnsafeBufferPointer { weights in
                qlinear_pack(
                    shape, weights.baseAddress! + first * inputs, Int64(rows),
                    (panels + panel * panelBytes).assumingMemoryBound(to: UInt8.self))
            }
        }
    }

    deinit { panels.deallocate() }

    var outputs: Int { Int(shape.outputs) }
    var inputs: Int { Int(shape.inputs) }

    /// What the packed weights stand for, row after row.
    var unpacked: [Float] {
        (0..<outputs).flatMap { output in
            [Float](unsafeUninitializedCapacity: inputs) { row, count in
                qlinear_unpack(shape, panels, Int64(output), row.baseAddress)
                count = inputs
            }
        }
    }

    /// x·Wᵀ for x [rows, inputs], with inputs rounded to 8 bits for each row and block, in doubles.
    func product(_ x: [Double]) -> [Double] {
        let weights = unpacked
        let block = Int(shape.block)
        var rounded = x
        for start in stride(from: 0, to: x.count, by: inputs) {
            for first in stride(from: start, to: start + inputs, by: block) {
                let places = first..<min(first + block, start + inputs)
                let scale = places.map { abs(x[$0]) }.max()! / 127
                for place in places where scale > 0 { rounded[place] = (x[place] / scale).rounded() * scale }
            }
        }
        return stride(from: 0, to: x.count, by: inputs).flatMap { start in
            (0..<outputs).map { output in
                (0..<inputs).reduce(0.0) { $0 + rounded[start + $1] * Double(weights[output * inputs + $1]) }
            }
        }
    }
}
