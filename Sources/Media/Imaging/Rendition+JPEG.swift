import CVips

/// A picture written as a JPEG.
public struct CompressedPicture: Sendable, Equatable {
    /// The file.
    public let bytes: [UInt8]
    /// The quality it was written with, as libjpeg counts it.
    public let quality: Int
}

extension Rendition {
    /// The qualities that are tried, libjpeg's. Below the first, colours break up in ways that the measure does not
    /// see; above the last, files grow fast, and only noise gains by it.
    private static let qualities = [55, 61, 67, 73, 79, 85]

    /// How alike the JPEG must look to the pixels it was made from, by ``Luminance/similarity(to:)``.
    private static let faithful = 0.96

    /// The picture as a JPEG without metadata, as small as it can be and still look like itself.
    ///
    /// One quality for all would waste bytes on smooth pictures and smear busy ones and writing. So the least quality is
    /// looked for whose JPEG, decoded again, is faithful, among six around what is customary: three or four are written
    /// and compared. Colours are stored at half the resolution; coding is optimised and progressive.
    ///
    /// Blocks. Throws ``ImagingError/Code/libraryUnavailable`` where this system's libvips writes no JPEG.
    public func jpeg() throws(ImagingError) -> CompressedPicture {
        try ImageLibrary.start()
        let original = Luminance(rgb, width: width, height: height)
        var best: CompressedPicture?
        var (low, high) = (0, Self.qualities.count - 1)
        while low < high {
            let middle = (low + high) / 2
            let candidate = try jpeg(quality: Self.qualities[middle])
            if let decoded = candidate.decoded(width: width, height: height),
                original.similarity(to: decoded) >= Self.faithful
            {
                best = candidate
                high = middle
            } else {
                low = middle + 1
            }
        }
        if let best, best.quality == Self.qualities[high] { return best }
        return try jpeg(quality: Self.qualities[high])
    }

    /// The picture as a JPEG of a quality, 1 to 100.
    func jpeg(quality: Int) throws(ImagingError) -> CompressedPicture {
        var file: UnsafeMutableRawPointer?
        var count = 0
        let status = rgb.withUnsafeBytes {
            cvips_write_jpeg($0.baseAddress, $0.count, Int32(width), Int32(height), Int32(quality), &file, &count)
        }
        guard status == 0, let file else {
            vips_error_clear()
            throw ImagingError(
                .libraryUnavailable,
                "The libvips on this system cannot write a JPEG: reinstall it (Debian: apt-get install libvips42).")
        }
        defer { g_free(file) }
        return CompressedPicture(bytes: [UInt8](UnsafeRawBufferPointer(start: file, count: count)), quality: quality)
    }
}

extension CompressedPicture {
    /// What of the picture is left.
    fileprivate func decoded(width: Int, height: Int) -> Luminance? {
        bytes.withUnsafeBytes { bytes in
            guard let image = LazyImage(format: .jpeg, bytes: bytes, failOn: VIPS_FAIL_ON_WARNING),
                image.width == width, image.height == height
            else { return nil }
            var rgb: [UInt8] = []
            rgb.reserveCapacity(3 * width * height)
            guard image.forEachRow({ rgb.append(contentsOf: UnsafeBufferPointer(start: $0, count: 3 * width)) })
            else { return nil }
            return Luminance(rgb, width: width, height: height)
        }
    }
}
