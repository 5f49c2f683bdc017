import Colour
import Imaging

/// A picture that is ready for the model, and what is known of it.
struct PreparedPicture: Sendable {
    /// `[3, height, width]` values.
    let pixels: [Float]
    let info: PictureInfo
    /// The dominant colours, where they were asked for.
    var palette: [PaletteColour]?
    /// Decoding and resizing, which go row by row together.
    let decodeTime: Duration
    /// Turning upright, cropping and normalising.
    let preprocessTime: Duration
    /// Finding the colours.
    var paletteTime = Duration.zero

    /// Prepares a picture whose SHA-256 is `hash`. Blocks.
    ///
    /// - Throws: `ImagingError`.
    init(_ picture: Picture, hash: String, as preparation: PixelPreparation, findsPalette: Bool) throws {
        let began = ContinuousClock.now
        let resized: ResizedPicture
        var rendition: Rendition?
        if findsPalette {
            (resized, rendition) = try picture.resized(preparation, andFitting: Rendition.paletteSize)
        } else {
            resized = try picture.resized(preparation)
        }
        let isDecoded = ContinuousClock.now
        pixels = resized.normalised()
        info = PictureInfo(picture, hash: hash)
        decodeTime = isDecoded - began
        let isPrepared = ContinuousClock.now
        preprocessTime = isPrepared - isDecoded
        if let rendition {
            palette = rendition.palette()
            paletteTime = ContinuousClock.now - isPrepared
        }
    }
}

extension PictureInfo {
    /// What is known of a picture whose SHA-256 is `hash`.
    init(_ picture: Picture, hash: String) {
        self.init(
            format: picture.format.rawValue, width: picture.width, height: picture.height,
            byteCount: picture.byteCount, hash: hash)
    }
}
