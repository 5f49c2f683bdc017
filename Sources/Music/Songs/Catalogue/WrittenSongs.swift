/// Which songs an import has met: a bit for each, since there may be millions.
struct WrittenSongs {
    private var words: [UInt64] = []

    /// Notes a song; false where it was noted before.
    mutating func insert(_ id: Int64) -> Bool {
        guard let (word, bit) = Int(exactly: id).map({ $0.quotientAndRemainder(dividingBy: 64) }), word >= 0 else {
            return true
        }
        if word >= words.count { words += repeatElement(0, count: word + 1 - words.count) }
        let isNew = words[word] & (1 << UInt64(bit)) == 0
        words[word] |= 1 << UInt64(bit)
        return isNew
    }
}
