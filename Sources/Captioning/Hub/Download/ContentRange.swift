/// The header `Content-Range: bytes 0-9/100` (RFC 9110, 14.4).
struct ContentRange: Equatable {
    let range: Range<Int>
    /// Bytes of the whole file; nil where the server does not know.
    let total: Int?

    init?(_ header: String) {
        guard let match = header.wholeMatch(of: /bytes +([0-9]{1,18})-([0-9]{1,18})\/([0-9]{1,18}|\*)/),
            let first = Int(match.1), let last = Int(match.2), first <= last
        else { return nil }
        range = first..<last + 1
        total = Int(match.3)
    }
}
