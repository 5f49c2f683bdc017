/// The brightness of a picture's pixels, by which people tell whether two pictures are alike.
struct Luminance {
    private let width: Int
    private let height: Int
    private let values: [UInt8]  // [height, width]

    /// The luma of 3-byte pixels, as JPEG has it (ITU-R BT.601).
    init(_ rgb: [UInt8], width: Int, height: Int) {
        self.width = width
        self.height = height
        values = rgb.withUnsafeBufferPointer { rgb in
            [UInt8](unsafeUninitializedCapacity: width * height) { output, count in
                while count < width * height {
                    let pixel = 3 * count
                    let sum = 77 * Int(rgb[pixel]) + 150 * Int(rgb[pixel + 1]) + 29 * Int(rgb[pixel + 2])
                    output.initializeElement(at: count, to: UInt8(sum >> 8))
                    count += 1
                }
            }
        }
    }

    /// The side of the windows that are compared, in pixels.
    private static let window = 8

    /// How alike two pictures of the same size look, 1 for equal ones: the mean structural similarity (Z. Wang,
    /// A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment", 2004) over windows of 8 × 8 pixels.
    ///
    /// The windows begin half a window from the edge, so that each looks across the borders of four of JPEG's blocks,
    /// where too coarse a JPEG shows first.
    func similarity(to other: Luminance) -> Double {
        var sum = 0.0
        var count = 0.0
        for y in Self.starts(height) {
            for x in Self.starts(width) {
                sum += similarity(to: other, x..<min(x + Self.window, width), y..<min(y + Self.window, height))
                count += 1
            }
        }
        return sum / count
    }

    private static func starts(_ side: Int) -> StrideTo<Int> {
        side < 2 * window ? stride(from: 0, to: side, by: window) : stride(from: window / 2, to: side, by: window)
    }

    private func similarity(to other: Luminance, _ columns: Range<Int>, _ rows: Range<Int>) -> Double {
        var (sumOne, sumTwo, squareOne, squareTwo, product) = (0, 0, 0, 0, 0)
        values.withUnsafeBufferPointer { values in
            other.values.withUnsafeBufferPointer { others in
                for y in rows {
                    for place in y * width + columns.lowerBound..<y * width + columns.upperBound {
                        let (one, two) = (Int(values[place]), Int(others[place]))
                        sumOne += one
                        sumTwo += two
                        squareOne += one * one
                        squareTwo += two * two
                        product += one * two
                    }
                }
            }
        }
        let count = Double(columns.count * rows.count)
        let (meanOne, meanTwo) = (Double(sumOne) / count, Double(sumTwo) / count)
        let variances = Double(squareOne + squareTwo) / count - meanOne * meanOne - meanTwo * meanTwo
        let covariance = Double(product) / count - meanOne * meanTwo
        let (c1, c2) = (6.5025, 58.5225)  // (0.01 × 255)² and (0.03 × 255)²
        return (2 * meanOne * meanTwo + c1) * (2 * covariance + c2)
            / ((meanOne * meanOne + meanTwo * meanTwo + c1) * (variances + c2))
    }
}
