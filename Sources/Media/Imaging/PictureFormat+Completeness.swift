extension PictureFormat {
    /// Whether a file of this format that could not be read stops before its end: the mark of a cut-off upload.
    ///
    /// Asked only after a decoder has given up, to tell a cut file from a damaged one.
    func endsEarly(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .jpeg: Self.jpegEndsEarly(bytes)
        case .png: Self.chunksEndEarly(bytes)
        case .gif: bytes.last != 0x3B  // the trailer
        case .webp: bytes.count < 12 || Self.number(bytes, at: 4, count: 4, littleEndian: true) > bytes.count - 8
        case .tiff: Self.firstDirectoryIsMissing(bytes)
        case .heic, .avif: Self.boxesEndEarly(bytes)
        }
    }

    /// JPEG: the marker segments run out of bytes, or no end-of-image marker follows them.
    private static func jpegEndsEarly(_ bytes: [UInt8]) -> Bool {
        var position = 2
        while position + 4 <= bytes.count {
            let marker = bytes[position + 1]
            // No marker where one must be: damaged, not cut.
            guard bytes[position] == 0xFF, marker >= 0xC0 else { return false }
            position += 2 + number(bytes, at: position + 2, count: 2)
            if marker == 0xDA {  // start of scan: coded data follows, in which FF D9 is nothing but the end
                guard position < bytes.count else { return true }
                return !zip(bytes[position...], bytes[position...].dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
            }
        }
        return true
    }

    /// PNG: a chunk reaches beyond the file, or the last one, IEND, does not come.
    private static func chunksEndEarly(_ bytes: [UInt8]) -> Bool {
        var position = 8
        while position + 12 <= bytes.count {
            if bytes[position + 4..<position + 8].elementsEqual("IEND".utf8) { return false }
            position += 12 + number(bytes, at: position, count: 4)
        }
        return true
    }

    /// Whether a PNG holds a chunk of no standard that nobody may pass over: its name begins with a capital letter.
    func hasUnknownChunks(_ bytes: [UInt8]) -> Bool {
        var position = 8
        while position + 12 <= bytes.count {
            let name = bytes[position + 4..<position + 8]
            let isCritical = name.first.map { (0x41...0x5A).contains($0) } ?? false
            if isCritical, !["IHDR", "PLTE", "IDAT", "IEND"].contains(where: { name.elementsEqual($0.utf8) }) {
                return name.allSatisfy { (0x41...0x5A).contains($0 & 0xDF) }
            }
            position += 12 + Self.number(bytes, at: position, count: 4)
        }
        return false
    }

    /// HEIF: a box (ISO/IEC 14496-12, 4.2) reaches beyond the file.
    private static func boxesEndEarly(_ bytes: [UInt8]) -> Bool {
        var position = 0
        while position + 8 <= bytes.count {
            let length = number(bytes, at: position, count: 4)
            guard length >= 8 else { return false }  // 0: to the end of the file; 1: longer than any limit here
            position += length
        }
        return position != bytes.count
    }

    /// TIFF: the first directory, which many writers put at the end, lies beyond the file.
    private static func firstDirectoryIsMissing(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 16 else { return true }
        let littleEndian = bytes[0] == 0x49
        let isBig = bytes[2] == 0x2B || bytes[3] == 0x2B
        let offset = number(bytes, at: isBig ? 8 : 4, count: isBig ? 8 : 4, littleEndian: littleEndian)
        return offset >= bytes.count
    }

    /// An unsigned number of `count` bytes; the largest there is where it does not fit.
    private static func number(_ bytes: [UInt8], at position: Int, count: Int, littleEndian: Bool = false) -> Int {
        let digits = bytes[position..<position + count]
        let value = (littleEndian ? Array(digits.reversed()) : Array(digits)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(clamping: value)
    }
}
