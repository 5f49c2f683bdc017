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
