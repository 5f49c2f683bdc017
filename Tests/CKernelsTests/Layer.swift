import CKernels
import Testing

/// A matrix and what comes before and after it.
struct Layer {
    let matrix: Matrix
    var bias: [Float]?
    var activation = QLINEAR_IDENTITY
    var residual: [Float]?
    var norm: (kind: Int, gain: [Float], shift: [Float])?

    func run(_ kernel: Kernel, _ x: [Float]) throws -> [Float] {
        let rows = x.count / matrix.inputs
        var y = [Float](repeating: .nan, count: rows * matrix.outputs)
        let isDone = y.withUnsafeMutableBufferPointer { y in
            withCall(x, rows: rows, y.baseAddress) { call in
                withUnsafePointer(to: call) { qlinear_run(kernel.pointer, $0, inReverse, nil) }
            }
        }
        try #require(isDone)
        return y
    }

    /// This layer and another one over its outputs.
    func run(_ kernel: Kernel, _ x: [Float], then next: Layer) throws -> [Float] {
        let rows = x.count / matrix.inputs
        var y = [Float](repeating: .nan, count: rows * next.matrix.outputs)
        let isDone = y.withUnsafeMutableBufferPointer { y in
            withCall(x, rows: rows, nil) { first in
                next.withCall([], rows: rows, y.baseAddress) { second in
                    withUnsafePointer(to: first) { first in
                        withUnsafePointer(to: second) {
                            qlinear_feed_forward(kernel.pointer, first, $0, inReverse, nil)
                        }
                    }
                }
            }
        }
        try #require(isDone)
        return y
    }

    private func withCall<Result>(
        _ x: [Float], rows: Int, _ y: UnsafeMutablePointer<Float>?, _ body: (QLinearCall) -> Result
    ) -> Result {
        x.withUnsafeBufferPointer { x in
            (bias ?? []).withUnsafeBufferPointer { bias in
                (residual ?? []).withUnsafeBufferPointer { residual in
                    (norm?.gain ?? []).withUnsafeBufferPointer { gain in
                        (norm?.shift ?? []).withUnsafeBufferPointer { shift in
                            body(
                                QLinearCall(
                                    shape: matrix.shape, panels: matrix.panels.assumingMemoryBound(to: UInt8.self),
                                    rows: Int64(rows), x: x.baseAddress,
                                    norm: QLinearNorm(
                                        kind: Int32(norm?.kind ?? QLINEAR_NO_NORM), epsilon: 1e-5,
                                        gain: gain.baseAddress, shift: norm == nil ? nil : shift.baseAddress),
                                    bias: self.bias == nil ? nil : bias.baseAddress,
                                    residual: self.residual == nil ? nil : residual.baseAddress,
                                    activation: Int32(activation), y: y))
                        }
                    }
                }
            }
        }
    }
}
