public import Colour
public import Imaging

/// A picture's dominant colours, and the picture as a small JPEG.
public struct ProcessedPicture: Sendable, Equatable {
    /// The picture that was sent.
    public let original: PictureInfo
    /// The JPEG: upright, in sRGB, on white, without metadata.
    public let jpeg: CompressedPicture
    /// The JPEG's width in pixels.
    public let width: Int
    /// The JPEG's height in pixels.
    public let height: Int
    /// The dominant colours, the one with the largest share first; at most five.
    public let palette: [PaletteColour]

    /// How many times smaller the JPEG's file is than the one that was sent.
    public var compressionRatio: Double { Double(original.byteCount) / Double(jpeg.bytes.count) }

    /// Processes the picture in the bytes of a file. Blocks.
    public init(
        _ bytes: [UInt8], within limits: PictureLimits, fitting target: (width: Int, height: Int)
    ) throws(ImagingError) {
        try self.init(try Picture(bytes: bytes, limits: limits), fitting: target)
    }

    /// Processes a picture; its shape is kept, and it is never enlarged. Blocks.
    ///
    /// - Parameters:
    ///   - hash: the SHA-256 of the picture's file, where it is known.
    ///   - target: the width and the height that the JPEG fits into.
    public init(
        _ picture: Picture, hash: String? = nil, fitting target: (width: Int, height: Int)
    ) throws(ImagingError) {
        // Decoded once: large enough for the colours even where the target is tiny.
        let palette = Rendition.paletteSize
        let rendition = try picture.rendition(
            fitting: (max(target.width, palette.width), max(target.height, palette.height)))
        let small = rendition.fitted(into: target)
        original = PictureInfo(picture, hash: hash ?? picture.sha256)
        jpeg = try small.jpeg()
        (width, height) = (small.width, small.height)
        self.palette = rendition.palette()
    }
}
