/// The picture formats that are read. Everything else is refused, whatever else the system's libvips could open.
public enum PictureFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp, gif, tiff, heic, avif

    /// The name that users see: "JPEG", "WebP".
    public var name: String {
        self == .webp ? "WebP" : rawValue.uppercased()
    }

    /// The media type: "image/jpeg".
    public var mediaType: String { "image/\(rawValue)" }

    /// The libvips operation that reads it, and no other.
    var loader: String {
        switch self {
        case .jpeg: "jpegload_buffer"
        case .png: "pngload_buffer"
        case .webp: "webpload_buffer"
        case .gif: "gifload_buffer"
        case .tiff: "tiffload_buffer"
        case .heic, .avif: "heifload_buffer"
        }
    }

    /// The libvips class of that operation's family, to be taken off the list of blocked loaders.
    var loaderClass: String {
        switch self {
        case .jpeg: "VipsForeignLoadJpeg"
        case .png: "VipsForeignLoadPng"
        case .webp: "VipsForeignLoadWebp"
        case .gif: "VipsForeignLoadNsgif"
        case .tiff: "VipsForeignLoadTiff"
        case .heic, .avif: "VipsForeignLoadHeif"
        }
    }
}

extension PictureFormat {
    /// The format whose signature the bytes begin with, or none. A file's name is never asked.
    init?(signatureOf bytes: [UInt8]) {
        func begins(_ signature: [UInt8], at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: signature)
        }
        if begins([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if begins(Array("GIF87a".utf8)) || begins(Array("GIF89a".utf8)) {
            self = .gif
        } else if begins(Array("RIFF".utf8)) && begins(Array("WEBP".utf8), at: 8) {
            self = .webp
        } else if begins([0x49, 0x49, 0x2A, 0]) || begins([0x4D, 0x4D, 0, 0x2A])
            || begins([0x49, 0x49, 0x2B, 0]) || begins([0x4D, 0x4D, 0, 0x2B])
        {
            self = .tiff  // classic and BigTIFF, in both byte orders
        } else if begins(Array("ftyp".utf8), at: 4), let format = Self.ofBrands(in: bytes) {
            self = format
        } else {
            return nil
        }
    }

    /// HEIC or AVIF by the brands in the leading `ftyp` box (ISO/IEC 14496-12, 4.3), or none: a film, say.
    private static func ofBrands(in bytes: [UInt8]) -> PictureFormat? {
        let boxLength = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let box = bytes.prefix(min(boxLength, 256))
        var brands: [String] = []
        for start in stride(from: 8, to: box.count - 3, by: 4) where start != 12 {  // 12: the minor version
            brands.append(String(decoding: box[start..<start + 4], as: UTF8.self))
        }
        if brands.contains(where: ["avif", "avis"].contains) { return .avif }
        if brands.contains(where: ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1"].contains) { return .heic }
        return nil
    }
}

extension PictureFormat {
    /// The bytes to give to a decoder: those of the file, for a PNG without its text chunks (zTXt, iTXt, tEXt).
    ///
    /// PNG decoders unpack every text before the first pixel, and a few kilobytes may unpack to hundreds of megabytes:
    /// a file within all limits could keep a processor busy for many seconds, and nobody reads these texts.
    func withoutText(_ bytes: [UInt8]) -> [UInt8] {
        guard self == .png else { return bytes }
        var kept: [UInt8]?  // set from the first text on
        var position = 8
        while position + 12 <= bytes.count {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = min(position + 12 + length, bytes.count)
            if bytes[position + 5..<position + 8].elementsEqual("TXt".utf8)
                || bytes[position + 5..<position + 8].elementsEqual("EXt".utf8)
            {
                kept = kept ?? Array(bytes[..<position])
            } else {
                kept?.append(contentsOf: bytes[position..<end])
            }
            position = end
        }
        kept?.append(contentsOf: bytes[position...])
        return kept ?? bytes
    }
}
