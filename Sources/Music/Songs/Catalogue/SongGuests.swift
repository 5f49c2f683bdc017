/// "(feat. Somebody)" in titles and names: a song is the same with and without that note.
enum SongGuests {
    private static let words = ["featuring", "feat", "ft"].map { Array($0.utf8) }

    /// The text without them. What follows the note ("(feat. Somebody) - Live") stays.
    ///
    /// - Parameter isName: whether it is an artist's name, where "feat" needs neither a full stop nor brackets. In titles it
    ///   does: "Six ft under" has no guest.
    static func removed(from text: String, isName: Bool) -> String {
        let bytes = Array(text.utf8)
        for index in bytes.indices.dropFirst() where bytes[index] | 0x20 == UInt8(ascii: "f") {
            let isBracketed = bytes[index - 1] == UInt8(ascii: "(") || bytes[index - 1] == UInt8(ascii: "[")
            guard isBracketed || bytes[index - 1] == UInt8(ascii: " "),
                let word = words.first(where: { begins(bytes[index...], with: $0) })
            else { continue }
            let behind = index + word.count
            let isNote = isBracketed || isName || word.count > 4
            guard behind < bytes.count,
                bytes[behind] == UInt8(ascii: ".") || isNote && bytes[behind] == UInt8(ascii: " ")
            else { continue }
            let end = isBracketed ? closing(bytes, behind) : version(bytes, behind)
            let rest = String(decoding: bytes[..<(index - 1)] + bytes[end...], as: UTF8.self)
            return rest.allSatisfy(\.isWhitespace) ? text : rest
        }
        return text
    }

    private static func begins(_ bytes: ArraySlice<UInt8>, with word: [UInt8]) -> Bool {
        bytes.count > word.count && zip(bytes, word).allSatisfy { $0 | 0x20 == $1 }
    }

    /// The place behind the bracket that ends the note.
    private static func closing(_ bytes: [UInt8], _ start: Int) -> Int {
        let end = bytes[start...].firstIndex { $0 == UInt8(ascii: ")") || $0 == UInt8(ascii: "]") }
        return end.map { $0 + 1 } ?? bytes.count
    }

    /// The place of " - Live" or " (Remix)" behind a note without brackets.
    private static func version(_ bytes: [UInt8], _ start: Int) -> Int {
        let space = UInt8(ascii: " ")
        return bytes[start...].indices.dropLast().first { index in
            let next = bytes[index + 1]
            return bytes[index] == space
                && (next == UInt8(ascii: "(") || next == UInt8(ascii: "[")
                    || next == UInt8(ascii: "-") && index + 2 < bytes.count && bytes[index + 2] == space)
        } ?? bytes.count
    }
}
