/// How large a picture may be, and what decoding it may take. All are checked before the first pixel is decoded.
public struct PictureLimits: Sendable, Equatable {
    /// The most bytes a file may have; 10 MiB unless told otherwise.
    public var maximumByteCount: Int
    /// The most pixels, width × height, that a header may announce; 100 million unless told otherwise.
    public var maximumPixelCount: Int
    /// The largest width or height that a header may announce; 65,500 unless told otherwise, JPEG's own limit.
    public var maximumDimension: Int
    /// The most bytes of memory that decoding may take, by ``DecodingCost``; 1 GiB unless told otherwise.
    public var maximumMemory: Int

    /// Limits, each with its default.
    public init(
        maximumByteCount: Int = 10 * 1024 * 1024, maximumPixelCount: Int = 100_000_000, maximumDimension: Int = 65_500,
        maximumMemory: Int = 1 << 30
    ) {
        self.maximumByteCount = maximumByteCount
        self.maximumPixelCount = maximumPixelCount
        self.maximumDimension = maximumDimension
        self.maximumMemory = maximumMemory
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

    /// Refuses a picture that takes more memory than there is for all of them together, or very long.
    func admit(_ cost: DecodingCost, _ format: PictureFormat, width: Int, height: Int) throws(ImagingError) {
        func megabytes(_ bytes: Int) -> Int { (bytes + 999_999) / 1_000_000 }
        guard cost.memory <= maximumMemory else {
            throw ImagingError(
                .tooCostly,
                "Decoding this \(format.name) of \(width) × \(height) takes \(megabytes(cost.memory)) MB of memory; there are "
                    + "\(megabytes(maximumMemory)) MB for all pictures (PICTURE_MEMORY). Send a smaller picture, or the same as a "
                    + "JPEG that is not progressive.")
        }
        guard cost.pixels / 4 <= maximumPixelCount else {
            throw ImagingError(
                .tooCostly,
                "The \(format.name) of \(width) × \(height) comes in so many scans that decoding it takes too long. "
                    + "Send it as a JPEG that is not progressive.")
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
