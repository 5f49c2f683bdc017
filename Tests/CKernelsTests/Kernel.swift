import CKernels
import Randomness
import Testing

/// One of the kernels that this machine can run: each has to give what the others give.
struct Kernel: CustomTestStringConvertible, Sendable {
    let index: Int

    static let all = (0..<qlinear_kernel_count).map(Kernel.init).filter { qlinear_kernel_runs_here($0.pointer) }

    var pointer: OpaquePointer? { qlinear_kernel(index) }
    var testDescription: String { String(cString: qlinear_kernel_name(pointer)) }
}

/// Does tasks one after the other, the last one first: their order must not matter.
let inReverse: QLinearParallel = { _, task, count, data in
    for index in (0..<count).reversed() { task?(data, index) }
}

extension SplitMix64 {
    /// Evenly distributed numbers.
    mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in .random(in: range, using: &self) }
    }
}

/// ‖x − r‖ / ‖r‖.
func relativeError(_ values: [Float], _ reference: [Double]) -> Double {
    let difference = zip(values, reference).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    let size = reference.reduce(0) { $0 + $1 * $1 }
    return (difference / size).squareRoot()
}
