import CKernels
import Checkpoint
import Dispatch
import ONNXGraph
import Synchronization

/// A matrix of the checkpoint in few bits, as the quantised layers want it.
struct PackedMatrix {
    /// How many panels are packed in parallel, on all cores.
    private static let panelsAtOnce = 32

    let form: Graph.QuantizedMatrix
    let weight: Weight

    /// - Parameter migration: what the weights are multiplied by before they are packed.
    init(_ matrix: Matrix, bits: Int, block: Int, _ migration: ScaleMigration? = nil) {
        let form = Graph.QuantizedMatrix(outputs: matrix.count, inputs: matrix.width, bits: bits, block: block)
        let shape = QLinearShape(form)
        let panelSize = qlinear_panel_byte_count(shape)
        let panelCount = Int(qlinear_panel_count(shape))
        self.form = form
        weight = Weight("\(matrix.name).q\(bits)", .uint8, shape: [panelCount * panelSize]) { sink in
            let factors = try migration?.factors()
            for first in stride(from: 0, to: panelCount, by: Self.panelsAtOnce) {
                let panels = first..<min(first + Self.panelsAtOnce, panelCount)
                let memory = UnsafeMutableRawBufferPointer.allocate(
                    byteCount: panels.count * panelSize, alignment: 64)
                defer { memory.deallocate() }
                try Self.pack(matrix, factors, panels, as: shape, into: Memory(bytes: memory))
                try sink(UnsafeRawBufferPointer(memory))
            }
            matrix.forgetPages()
        }
    }

    /// Safe to share: each panel is written by one thread, to a place of its own.
    private struct Memory: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
    }

    private static func pack(
        _ matrix: Matrix, _ factors: [Float]?, _ panels: Range<Int>, as shape: QLinearShape, into memory: Memory
    ) throws {
        let height = Int(QLINEAR_PANEL)
        let panelSize = memory.bytes.count / panels.count
        let failure = Mutex<CheckpointError?>(nil)
        DispatchQueue.concurrentPerform(iterations: panels.count) { index in
            let first = (panels.lowerBound + index) * height
            let rows = first..<min(first + height, matrix.count)
            let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows.count * matrix.width)
            defer { floats.deallocate() }
            do throws(CheckpointError) {
                for row in rows {
                    let start = (row - first) * matrix.width
                    try matrix.copyFloats(
                        row: row, columns: 0..<matrix.width,
                        into: UnsafeMutableBufferPointer(rebasing: floats[start..<start + matrix.width]))
                    guard let factors else { continue }
                    for column in 0..<matrix.width { floats[start + column] *= factors[column] }
                }
            } catch {
                failure.withLock { $0 = error }
                return
            }
            let target = memory.bytes.baseAddress?.advanced(by: index * panelSize)
            qlinear_pack(
                shape, floats.baseAddress, Int64(rows.count), target?.assumingMemoryBound(to: UInt8.self))
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}

extension QLinearShape {
    fileprivate init(_ form: Graph.QuantizedMatrix) {
        self.init(
            outputs: Int64(form.outputs), inputs: Int64(form.inputs), bits: Int32(form.bits), block: Int32(form.block))
    }
}
