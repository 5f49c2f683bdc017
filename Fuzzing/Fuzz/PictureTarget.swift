import Imaging

private let limits = PictureLimits(maximumByteCount: 1 << 20, maximumPixelCount: 1_000_000)
private let preparation = PixelPreparation(width: 24, height: 24)

/// A picture must become pixels of the right number, or an error of `Imaging`.
func pictureTarget(_ input: [UInt8]) -> CInt {
    do throws(ImagingError) {
        let picture = try Picture(bytes: input, limits: limits)
        precondition(picture.width > 0 && picture.height > 0)
        precondition(picture.width * picture.height <= limits.maximumPixelCount)
        let pixels = try picture.pixels(preparation)
        precondition(pixels.count == 3 * 24 * 24 && pixels.allSatisfy(\.isFinite))
    } catch {
        precondition(!error.message.isEmpty)
    }
    return 0
}
