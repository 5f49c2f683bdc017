/// The tag that the Hub gives a file's content, and the name of its blob in the cache: git's SHA-1 of a small file, or
/// SHA-256 of a large one.
public struct ETag: Sendable, Hashable, CustomStringConvertible {
    /// Without quotation marks and without the mark of a weak tag.
    public let description: String

    /// Reads the value of a header, `"abc"` or `W/"abc"`; nil where it could not be the name of a file.
    init?(header: String) {
        var text = Substring(header)
        if text.hasPrefix("W/") { text.removeFirst(2) }
        // `dropLast` would count all characters each time.
        while text.first == "\"" { text.removeFirst() }
        while text.last == "\"" { text.removeLast() }
        self.init(String(text))
    }

    /// The blob of that name; nil where the name is none of a blob.
    init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
        guard isPlain, (1...128).contains(text.utf8.count) else { return nil }
        description = text
    }

    /// Which hash of the content the tag is; nil for a tag that says nothing of the content.
    var hashKind: ContentHash.Kind? {
        guard description.utf8.allSatisfy(\.isSmallHexadecimal) else { return nil }
        return switch description.utf8.count {
        case 40: .gitBlob
        case 64: .sha256
        default: nil
        }
    }
}
