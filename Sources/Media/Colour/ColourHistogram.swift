/// Which colours a picture has, and how many pixels of each: the colour cube in 32 × 32 × 32 cells.
///
/// Every pixel counts, so that no pattern of the picture can hide between samples; and a picture of any size becomes a few
/// thousand cells. A cell stands for the mean of its own pixels: flat colours come out exactly as they are.
struct ColourHistogram {
    /// Pixels of nearly one colour.
    struct Cell: Sendable {
        /// Their mean.
        let colour: RGBColour
        /// Their mean in CIELAB, each coordinate rounded to a multiple of 1/1024.
        ///
        /// Sums of such numbers are exact. A last bit in which two machines' cube roots differ is gone, so that both
        /// find the same clusters.
        let lab: LabColour
        /// How many they are.
        let count: Int
    }

    /// The cells that hold any pixels, in the order of their place in the cube.
    let cells: [Cell]

    /// Counts the colours of 3-byte pixels.
    init(_ rgb: [UInt8]) {
        var sums = [Int](repeating: 0, count: 4 * 32 * 32 * 32)  // [cell, (red, green, blue, count)]
        sums.withUnsafeMutableBufferPointer { sums in
            rgb.withUnsafeBufferPointer { rgb in
                for pixel in stride(from: 0, to: rgb.count - 2, by: 3) {
                    let (red, green, blue) = (Int(rgb[pixel]), Int(rgb[pixel + 1]), Int(rgb[pixel + 2]))
                    let cell = 4 * ((red >> 3) << 10 | (green >> 3) << 5 | blue >> 3)
                    sums[cell] += red
                    sums[cell + 1] += green
                    sums[cell + 2] += blue
                    sums[cell + 3] += 1
                }
            }
        }
        cells = stride(from: 0, to: sums.count, by: 4).compactMap { cell in
            let count = sums[cell + 3]
            guard count > 0 else { return nil }
            func mean(_ channel: Int) -> UInt8 { UInt8((sums[cell + channel] + count / 2) / count) }
            let colour = RGBColour(red: mean(0), green: mean(1), blue: mean(2))
            return Cell(colour: colour, lab: LabColour(colour).rounded, count: count)
        }
    }
}

extension LabColour {
    /// Each coordinate rounded to a multiple of 1/1024.
    fileprivate var rounded: LabColour {
        func rounded(_ value: Double) -> Double { (value * 1024).rounded() / 1024 }
        return LabColour(lightness: rounded(lightness), a: rounded(a), b: rounded(b))
    }
}
