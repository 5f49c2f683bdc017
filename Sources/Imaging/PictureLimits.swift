/// How large a picture may be. All three are checked before the first pixel is decoded.
public struct PictureLimits: Sendable, Equatable {
    /// The most bytes a file may have; 10 MiB unless told otherwise.
    public var maximumByteCount: Int
    /// The most pixels, width × height, that a header may announce; 100 million unless told otherwise.
    ///
    /// Formats that cannot be read line by line (progressive JPEG, interlaced PNG, tiled TIFF, HEIC, AVIF) take up to
    /// 8 bytes of memory a pixel while they are decoded.
    public var maximumPixelCount: Int
    /// The largest width or height that a header may announce; 65,500 unless told otherwise, JPEG's own limit.
    public var maximumDimension: Int

    /// Limits, each with its default.
    public init(
        maximumByteCount: Int = 10 * 1024 * 1024, maximumPixelCount: Int = 100_000_000, maximumDimension: Int = 65_500
    ) {
        self.maximumByteCount = maximumByteCount
        self.maximumPixelCount = maximumPixelCount
        self.maximumDimension = maximumDimension
    }

    /// Refuses an empty file, and one with too many bytes.
    func admit(byteCount: Int) throws(ImagingError) {
        guard byteCount > 0 else {
            throw ImagingError(.emptyFile, "The file is empty: send a picture's bytes.")
        }
        guard byteCount <= maximumByteCount else {
            throw ImagingError(
                .tooManyBytes,
                "The file has \(byteCount) bytes; at most \(maximumByteCount) are accepted. Send a smaller picture.")
        }
    }

    /// Refuses a header that announces too wide, too high or too large a picture.
    func admit(width: Int, height: Int) throws(ImagingError) {
        guard width <= maximumDimension, height <= maximumDimension else {
            throw ImagingError(
                .dimensionTooLarge,
                "The picture is \(width) × \(height); neither side may exceed \(maximumDimension). Send a smaller one.")
        }
        // Neither side exceeds the limit above, but that limit is the caller's: the product may still overflow.
        let (pixelCount, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, pixelCount <= maximumPixelCount else {
            throw ImagingError(
                .tooManyPixels,
                "The picture is \(width) × \(height); at most \(maximumPixelCount) pixels are accepted. "
                    + "Send a smaller one.")
        }
    }
}
