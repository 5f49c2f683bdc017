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
