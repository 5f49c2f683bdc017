public import Colour

extension Rendition {
    /// The largest sides that the palette is read from; what is larger is reduced first.
    public static let paletteSize = (width: 384, height: 384)

    /// The dominant colours, the one with the largest share first.
    ///
    /// Transparent parts count as what they are seen as here, white. Black or white bars around the picture do not count: its
    /// film or its frame is not what it shows.
    ///
    /// - Parameter count: the most colours, at least 1; a picture of fewer gets fewer.
    public func palette(count: Int = 5) -> [PaletteColour] {
        PaletteColour.dominant(in: fitted(into: Self.paletteSize).withoutBars().rgb, count: count)
    }
}

// MARK: Bars

extension Rendition {
    /// Black and near-black, or white and near-white: what bars are filled with. Film's black may be 16.
    private static let (darkest, lightest) = (32, 223)

    /// By how much the values of one bar's pixels differ at most: what is left of a JPEG's noise.
    private static let tolerance = 16

    /// The picture without the bars that letter-boxing, pillar-boxing and framing put around it.
    ///
    /// A bar is black or white all through and spans its side, and the one on the opposite side is of the same colour: as
    /// much is taken from both as the thinner has, so that a night sky above a lit street stays. Lines that make more
    /// than half of a dimension are no bars but the picture's ground, and stay; so does a picture that is all one colour.
    func withoutBars() -> Rendition {
        let rows = bars(lines: (count: height, stride: width), pixels: (count: width, stride: 1))
        let tall = rows == 0 ? self : cropped(columns: 0..<width, rows: rows..<height - rows)
        let columns = tall.bars(lines: (count: width, stride: 1), pixels: (count: tall.height, stride: width))
        return columns == 0 ? tall : tall.cropped(columns: columns..<width - columns, rows: 0..<tall.height)
    }

    /// How many lines at each end belong to bars. Strides are in pixels.
    private func bars(lines: (count: Int, stride: Int), pixels: (count: Int, stride: Int)) -> Int {
        rgb.withUnsafeBufferPointer { rgb in
            let corner = rgb.prefix(3).map { Int($0) }
            guard corner.allSatisfy({ $0 <= Self.darkest }) || corner.allSatisfy({ $0 >= Self.lightest }) else {
                return 0
            }
            func isOfBar(_ line: Int) -> Bool {
                for pixel in 0..<pixels.count {
                    let place = 3 * (line * lines.stride + pixel * pixels.stride)
                    for channel in 0..<3 where abs(Int(rgb[place + channel]) - corner[channel]) > Self.tolerance {
                        return false
                    }
                }
                return true
            }
            var count = 0
            while 4 * count <= lines.count, isOfBar(count), isOfBar(lines.count - 1 - count) { count += 1 }
            guard count > 0, 4 * count <= lines.count else { return 0 }
            // Where a large picture was reduced, the next lines are mixed from the bar and what is behind it.
            return count + lines.count / 192
        }
    }

    private func cropped(columns: Range<Int>, rows: Range<Int>) -> Rendition {
        let part = rows.flatMap { y in rgb[3 * (y * width + columns.lowerBound)..<3 * (y * width + columns.upperBound)]
        }
        return Rendition(width: columns.count, height: rows.count, rgb: part)
    }
}
