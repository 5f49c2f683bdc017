/// How a pixel of a resized picture is mixed from those of the picture: Pillow's kernels, by Pillow's definitions.
///
/// All but `nearest` widen with the reduction, so that every pixel of the picture counts (antialiasing).
public enum ResampleKernel: Int, Sendable, CaseIterable {
    case nearest = 0
    case lanczos, bilinear, bicubic, box, hamming

    /// The kernel of a `resample` number in `preprocessor_config.json` (Pillow's `Image.Resampling`, 0 to 5).
    ///
    /// Throws ``ImagingError/Code/unsupportedPreparation`` for a number that means nothing.
    public init(resample: Int) throws(ImagingError) {
        guard let kernel = ResampleKernel(rawValue: resample) else {
            throw ImagingError(
                .unsupportedPreparation,
                "The checkpoint resizes with resample = \(resample); Pillow's 0 (nearest), 1 (Lanczos), 2 (bilinear), "
                    + "3 (bicubic), 4 (box) and 5 (Hamming) are known.")
        }
        self = kernel
    }
}
