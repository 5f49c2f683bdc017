import NIOCore

/// What is known of a request's first line before the parser has made anything of it.
struct RequestLine {
    /// Its first byte.
    private(set) var first: UInt8 = 0
    /// How many bytes of it have come, its line feed not counted.
    private(set) var byteCount = 0
    private var isWhole = false

    /// Takes in bytes of a head as they come; those behind the line do not count.
    mutating func receive(_ bytes: ByteBufferView) {
        guard !isWhole else { return }
        if byteCount == 0 { first = bytes.first ?? 0 }
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        byteCount += bytes.distance(from: bytes.startIndex, to: end ?? bytes.endIndex)
        isWhole = end != nil
    }
}
