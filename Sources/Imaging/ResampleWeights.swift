/// For each pixel along one side of a resized picture: which pixels of the original it mixes, and by which weights.
///
/// The windows, the fixed-point weights and the rounding are Pillow's (`src/libImaging/Resample.c`), so that 8-bit
/// results are equal to Pillow's, which transformers uses.
struct ResampleWeights {
    /// Weights count in units of 2⁻²²: 8 bits of value and 2 of head room fit beside them in 32.
    private static let fractionBits = 22

    /// One pixel's window: the first original pixel, and its weights' place in ``weights``.
    private struct Window {
        let first: Int
        let weights: Range<Int>
    }

    private var windows: [Window] = []
    private var weights: [Int32] = []

    /// Weights to resize a side of `original` pixels to `size`.
    init(original: Int, size: Int, kernel: ResampleKernel) {
        let scale = Double(original) / Double(size)
        windows.reserveCapacity(size)
        for position in 0..<size {
            let centre = (Double(position) + 0.5) * scale
            if kernel == .nearest {
                append(first: min(Int(centre), original - 1), [1])
                continue
            }
            let width = max(scale, 1)  // a kernel never narrows below one original pixel
            let reach = kernel.support * width
            let first = max(0, Int(centre - reach + 0.5))
            let end = min(original, Int(centre + reach + 0.5))
            let values = (first..<end).map { kernel.weight(at: (Double($0) - centre + 0.5) / width) }
            let sum = values.reduce(0, +)
            append(first: first, sum == 0 ? values : values.map { $0 / sum })
        }
    }

    private mutating func append(first: Int, _ values: [Double]) {
        let start = weights.count
        weights += values.map { Int32(($0 * Double(1 << Self.fractionBits)).rounded(.toNearestOrAwayFromZero)) }
        windows.append(Window(first: first, weights: start..<weights.count))
    }

    /// Resizes one row of 3-byte pixels. `row` holds at least the original's pixels, `result` as many as there are
    /// windows.
    func resizeRow(_ row: UnsafePointer<UInt8>, into result: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            var output = result
            for window in windows {
                var pixel = row + 3 * window.first
                var (red, green, blue) = (Self.half, Self.half, Self.half)
                for index in window.weights {
                    let weight = weights[index]
                    red &+= Int32(pixel[0]) &* weight
                    green &+= Int32(pixel[1]) &* weight
                    blue &+= Int32(pixel[2]) &* weight
                    pixel += 3
                }
                output[0] = Self.byte(red)
                output[1] = Self.byte(green)
                output[2] = Self.byte(blue)
                output += 3
            }
        }
    }

    /// Resizes columns: `rows` holds the original's rows of `rowLength` bytes; the result has a row for each window.
    func resizeColumns(_ rows: [UInt8], rowLength: Int) -> [UInt8] {
        var sums = [Int32](repeating: 0, count: rowLength)
        return [UInt8](unsafeUninitializedCapacity: windows.count * rowLength) { output, count in
            for window in windows {
                for column in 0..<rowLength { sums[column] = Self.half }
                for (row, index) in zip(window.first..., window.weights) {
                    let weight = weights[index]
                    sums.withUnsafeMutableBufferPointer { sums in
                        rows.withUnsafeBufferPointer { rows in
                            let start = row * rowLength
                            for column in 0..<rowLength { sums[column] &+= Int32(rows[start + column]) &* weight }
                        }
                    }
                }
                for column in 0..<rowLength {
                    output.initializeElement(at: count + column, to: Self.byte(sums[column]))
                }
                count += rowLength
            }
        }
    }

    /// Half a unit of the result, to round to the nearest.
    private static let half = Int32(1) << (fractionBits - 1)

    private static func byte(_ sum: Int32) -> UInt8 {
        UInt8(clamping: sum >> fractionBits)
    }
}
