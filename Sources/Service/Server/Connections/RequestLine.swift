import NIOCore

/// What is known of a request's first line before it is parsed.
struct RequestLine {
    /// Its first bytes, five at most.
    private var start: [UInt8] = []
    /// How many bytes of it have come, its line feed not counted.
    private(set) var byteCount = 0
    private var isWhole = false

    /// Its first byte.
    var first: UInt8 { start.first ?? 0 }
    /// Whether it is a HEAD request, which is answered without a body even if the rest is malformed.
    var asksForHead: Bool { start == Array("HEAD ".utf8) }

    /// Takes in bytes of a head as they come; those behind the line do not count.
    mutating func receive(_ bytes: ByteBufferView) {
        guard !isWhole else { return }
        if start.count < 5 { start += bytes.prefix(5 - start.count) }
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        byteCount += bytes.distance(from: bytes.startIndex, to: end ?? bytes.endIndex)
        isWhole = end != nil
    }
}
