/// Gives a text piece by piece while its token ids arrive, for showing a caption as it is written.
///
/// A character whose bytes are spread over several tokens is held back until it is whole. All pieces together are
/// what `decode` gives for all the ids.
public struct DecodeStream: Sendable {
    private let tokenizer: BytePairTokenizer
    private let skippingSpecialTokens: Bool
    private var pending: [UInt8] = []

    /// A stream at the beginning of a text; the argument is as in `decode`.
    public init(_ tokenizer: BytePairTokenizer, skippingSpecialTokens: Bool) {
        self.tokenizer = tokenizer
        self.skippingSpecialTokens = skippingSpecialTokens
    }

    /// The text that is certain once `id` has come; empty while a character is incomplete.
    public mutating func append(_ id: Int) -> String {
        pending += tokenizer.bytes(of: id, skippingSpecialTokens: skippingSpecialTokens)
        let end = pending.count - Self.incompleteTail(of: pending)
        defer { pending.removeFirst(end) }
        return String(decoding: pending[..<end], as: UTF8.self)
    }

    /// What was held back: U+FFFD for a character that never became whole, else nothing. The stream is then empty.
    public mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes at the end begin a UTF-8 sequence that more bytes could complete.
    private static func incompleteTail(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            let needed: Int
            switch byte {
            case 0x80...0xBF: continue
            case 0xC2...0xDF: needed = 2
            case 0xE0...0xEF: needed = 3
            case 0xF0...0xF4: needed = 4
            default: return 0
            }
            return length < needed ? length : 0
        }
        return 0
    }
}
