/// For each pixel along one side of a resized picture: which pixels of the original it mixes, and by which weights.
///
/// The windows, the fixed-point weights and the rounding are Pillow's (`src/libImaging/Resample.c`), so that 8-bit
/// results are equal to Pillow's, which transformers uses.
struct ResampleWeights {
    /// Weights count in units of 2⁻²²: 8 bits of value and 2 of head room fit beside them in 32.
    private static let fractionBits = 22

    /// One pixel's window: the original pixels it mixes, and where their weights begin in ``weights``.
    struct Window {
        let pixels: Range<Int>
        let firstWeight: Int
    }

    /// One for each pixel of the resized side, in order; they never step back.
    private(set) var windows: [Window] = []
    /// Those of all windows, one after the other.
    private(set) var weights: [Int32] = []

    /// Weights to resize a side of `count` pixels to `size`.
    ///
    /// `extent` is what part of those pixels the picture covers, where a decoder has shrunk it and rounded up: 262.5
    /// of 263.
    init(count: Int, extent: Double, size: Int, kernel: ResampleKernel) {
        let scale = extent / Double(size)
        windows.reserveCapacity(size)
        for position in 0..<size {
            let centre = (Double(position) + 0.5) * scale
            if kernel == .nearest {
                append(first: min(Int(centre), count - 1), [1])
                continue
            }
            let width = max(scale, 1)  // a kernel never narrows below one original pixel
            let reach = kernel.support * width
            let first = max(0, Int(centre - reach + 0.5))
            let end = min(count, Int(centre + reach + 0.5))
            let values = (first..<end).map { kernel.weight(at: (Double($0) - centre + 0.5) / width) }
            let sum = values.reduce(0, +)
            append(first: first, sum == 0 ? values : values.map { $0 / sum })
        }
    }

    private mutating func append(first: Int, _ values: [Double]) {
        windows.append(Window(pixels: first..<first + values.count, firstWeight: weights.count))
        weights += values.map { Int32(($0 * Double(1 << Self.fractionBits)).rounded(.toNearestOrAwayFromZero)) }
    }

    /// Half a unit of the result: what a sum starts with, to be rounded to the nearest.
    static let half = Int32(1) << (fractionBits - 1)

    /// The 8-bit value of a sum of values times weights.
    @inline(__always)
    static func byte(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum >> fractionBits, 0), 255))
    }
}
