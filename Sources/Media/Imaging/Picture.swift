/// A picture file whose header has been read and found within the limits. Its pixels are decoded when they are asked
/// for, each time anew.
public struct Picture: Sendable {
    /// The file, as it came.
    public let bytes: [UInt8]
    /// What the file is, by its own first bytes.
    public let format: PictureFormat
    /// The width as seen, after the EXIF orientation, in pixels.
    public let width: Int
    /// The height as seen, after the EXIF orientation, in pixels.
    public let height: Int
    /// What decoding takes.
    public let cost: DecodingCost
    /// What of the file the decoder gets: ``bytes``, without copying, unless they carry text.
    let decodable: [UInt8]
    /// Which way up the pixels are stored.
    let orientation: Orientation
    /// How a TIFF's samples are read; nothing for other formats, which libvips reads.
    let tiff: TIFFFile.Reading?

    /// Reads a file's header, and no pixel. Takes well under a millisecond for most pictures, but blocks.
    ///
    /// Throws an ``ImagingError`` for a file that is empty, too large, not of a known format, or without a readable
    /// header, and for a header that announces more than the limits allow.
    public init(bytes: [UInt8], limits: PictureLimits = PictureLimits()) throws(ImagingError) {
        try limits.admit(byteCount: bytes.count)
        guard let format = PictureFormat(signatureOf: bytes) else {
            let names = PictureFormat.allCases.map(\.name).joined(separator: ", ")
            throw ImagingError(.unsupportedFormat, "The file is not a picture of a known format. Send one of \(names).")
        }
        try ImageLibrary.start()
        guard ImageLibrary.reads(format) else {
            throw ImagingError(
                .unsupportedFormat, "The libvips on this system cannot read \(format.name). Send a JPEG or a PNG.")
        }
        let decodable = format.withoutText(bytes)
        // libwebp calls a claim of a larger size damaged; it is an honest one of a picture that is too large.
        if format == .webp, let frame = WebPFrame(bytes) { try limits.admit(width: frame.width, height: frame.height) }
        let header = try Header(of: decodable, format: format)
        try limits.admit(width: header.width, height: header.height)
        cost = DecodingCost(
            decodable, format, width: header.width, height: header.height, tiff: header.tiffMemory)
        try limits.admit(cost, format, width: header.width, height: header.height)
        self.bytes = bytes
        self.decodable = decodable
        self.format = format
        (width, height) = header.orientation.turned((header.width, header.height))
        orientation = header.orientation
        tiff = header.tiff
    }

    /// Loads libvips and its formats, which the first picture otherwise does. Blocks for up to a second.
    public static func prepareLibrary() throws(ImagingError) {
        try ImageLibrary.start()
    }

    /// How many bytes the file has.
    public var byteCount: Int { bytes.count }

    /// The SHA-256 of the file's bytes, in lower-case hexadecimal. Computed on each call.
    public var sha256: String { Self.sha256(of: bytes) }

    /// The SHA-256 of a file's bytes, whether or not they are a picture, in lower-case hexadecimal.
    public static func sha256(of bytes: [UInt8]) -> String {
        var hash = PictureHash()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.digits
    }
}

extension Picture {
    /// The picture as the network takes it: decoded, by ``PixelPreparation/rules`` upright, in sRGB and on white, resized to 8-bit values as
    /// transformers does, then rescaled and normalised. `[3, height, width]` in row-major order: red, green, blue.
    ///
    /// Blocks for the time of decoding; call it on a thread of your own. Throws ``ImagingError/Code/truncated`` or
    /// ``ImagingError/Code/corrupt`` for data that cannot be decoded, and
    /// ``ImagingError/Code/unsupportedPreparation`` where the preparation cannot be done.
    public func pixels(_ preparation: PixelPreparation) throws(ImagingError) -> [Float] {  // [3, height, width]
        try resized(preparation).normalised()
    }

    /// The first half of ``pixels(_:)``, which takes most of the time: decoding and resizing, row by row together.
    public func resized(_ preparation: PixelPreparation) throws(ImagingError) -> ResizedPicture {
        let (resize, stored) = try resize(preparation)
        let rgb = try decoded([resize], preparation.rules)[0]
        return resized(rgb, preparation, stored)
    }

    /// The results of ``resized(_:)`` and ``rendition(fitting:)``, decoded once.
    ///
    /// Where the rules are not those of display, or a JPEG's decoder shrinks the two by different amounts, they are decoded one
    /// after the other: either is the same, bit by bit, as when it is asked for alone.
    public func resized(
        _ preparation: PixelPreparation, andFitting box: (width: Int, height: Int)
    ) throws(ImagingError) -> (ResizedPicture, Rendition) {
        let (resize, stored) = try resize(preparation)
        let other = self.resize(fitting: box)
        guard preparation.rules == .display, resize.shrink == other.shrink else {
            return (try resized(preparation), try rendition(fitting: box))
        }
        let rgb = try decoded([resize, other], preparation.rules)
        return (resized(rgb[0], preparation, stored), rendition(rgb[1], fitting: box))
    }

    private func resize(
        _ preparation: PixelPreparation
    ) throws(ImagingError) -> (Resize, stored: (width: Int, height: Int)) {
        try preparation.validate()
        let orientation = preparation.rules == .display ? orientation : Orientation(tag: 1)
        let shown = preparation.rules == .display ? (width, height) : self.orientation.turned((width, height))
        let stored = orientation.turned(try preparation.resizedSize(width: shown.0, height: shown.1))
        return (
            resize(width: stored.width, height: stored.height, kernel: preparation.kernel, rules: preparation.rules),
            stored
        )
    }

    private func resized(
        _ rgb: [UInt8], _ preparation: PixelPreparation, _ stored: (width: Int, height: Int)
    ) -> ResizedPicture {
        let orientation = preparation.rules == .display ? orientation : Orientation(tag: 1)
        let seen = orientation.turned(stored)
        let step = orientation.steps(storedWidth: stored.width, storedHeight: stored.height)
        // The centre, where the model takes less than the resized picture.
        let left = (seen.width - preparation.width) / 2
        let top = (seen.height - preparation.height) / 2
        return ResizedPicture(
            rgb: rgb, origin: step.origin + left * step.column + top * step.row, column: step.column, row: step.row,
            preparation: preparation)
    }
}

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
