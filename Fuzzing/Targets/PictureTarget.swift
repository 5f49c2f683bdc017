import Imaging

extension FuzzTarget {
    /// A picture must become pixels of the right number, or an error of `Imaging`.
    static let picture = FuzzTarget(
        name: "picture", otherSeeds: ["Tests/ImagingTests/Fixtures"], canStretch: false
    ) { input in
        do {
            let picture = try Picture(bytes: input, limits: limits)
            let pixels = try picture.pixels(preparation)
            try FuzzFinding.unless(
                picture.width > 0 && picture.height > 0
                    && picture.width * picture.height <= limits.maximumPixelCount,
                "A picture of \(picture.width) × \(picture.height)")
            try FuzzFinding.unless(
                pixels.count == 3 * 24 * 24 && pixels.allSatisfy(\.isFinite),
                "\(pixels.count) pixels, or not all finite")
        } catch let error as ImagingError {
            try FuzzFinding.unless(!error.message.isEmpty, "An error without a sentence")
        }
    }

    private static let limits = PictureLimits(maximumByteCount: 1 << 20, maximumPixelCount: 1_000_000)
    private static let preparation = PixelPreparation(width: 24, height: 24)
}
