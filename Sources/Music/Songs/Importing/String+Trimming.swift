/// Foundation's calls of these names turn every string into UTF-16 and back; an import spends most of its time there.
extension String {
    /// The text without the white space around it.
    var trimmed: String {
        let (first, last) = (utf8.first ?? UInt8(ascii: "x"), utf8.last ?? UInt8(ascii: "x"))
        if first > 0x20, first < 0x80, last > 0x20, last < 0x80 { return self }
        let start = unicodeScalars.firstIndex { !$0.properties.isWhitespace } ?? endIndex
        let end = unicodeScalars.lastIndex { !$0.properties.isWhitespace }
        return end.map { String(unicodeScalars[start...$0]) } ?? ""
    }

    /// Whether some ASCII letters and signs, written in lower case, occur in it, in whatever case.
    func holds(_ word: StaticString) -> Bool {
        utf8.withContiguousStorageIfAvailable { bytes in
            let count = word.utf8CodeUnitCount
            guard bytes.count >= count else { return false }
            return (0...(bytes.count - count)).contains { start in
                (0..<count).allSatisfy { offset in
                    let byte = bytes[start + offset]
                    let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
                    return (isCapital ? byte | 0x20 : byte) == word.utf8Start[offset]
                }
            }
        } ?? lowercased().contains(word.description)
    }
}
