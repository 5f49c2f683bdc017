/// A picture that is decoded and resized, its pixels still as they are stored.
public struct ResizedPicture: Sendable {
    /// `[height, width, 3]`, 8-bit sRGB, as stored.
    let rgb: [UInt8]
    /// The pixel that is seen at the top left, and how far it is from there to the next column and row.
    let origin, column, row: Int
    let preparation: PixelPreparation

    /// The pixels turned upright, cropped, rescaled and normalised: `[3, height, width]`.
    public func normalised() -> [Float] {
        [Float](unsafeUninitializedCapacity: 3 * preparation.height * preparation.width) { output, count in
            for channel in 0..<3 {
                let values = preparation.values(channel: channel)
                for y in 0..<preparation.height {
                    var source = (origin + y * row) * 3 + channel
                    for _ in 0..<preparation.width {
                        output.initializeElement(at: count, to: values[Int(rgb[source])])
                        source += column * 3
                        count += 1
                    }
                }
            }
        }
    }
}
