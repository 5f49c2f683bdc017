/// Gives a text piece by piece while its token ids arrive, for showing a caption as it is written.
///
/// A character whose bytes are spread over several tokens is held back until it is whole. All pieces together are
/// what `decode` gives for all the ids.
public struct DecodeStream: Sendable {
    private var source: Source
    /// Where spaces are cleaned up behind the source.
    private var cleaning: SpaceCleaning.Stream?

    /// A stream at the beginning of a text; the arguments are as in `decode`.
    public init(_ tokenizer: any Tokenizing, skippingSpecialTokens: Bool) {
        if let tokenizer = tokenizer as? BytePairTokenizer {
            source = .bytes(ByteStream(tokenizer: tokenizer, skippingSpecialTokens: skippingSpecialTokens))
        } else if let tokenizer = tokenizer as? UnigramTokenizer {
            source = .pieces(PieceStream(tokenizer: tokenizer, skippingSpecialTokens: skippingSpecialTokens))
            cleaning = tokenizer.cleansSpaces ? SpaceCleaning.Stream() : nil
        } else if var tokenizer = tokenizer as? WordPieceTokenizer, tokenizer.cleansSpaces {
            tokenizer.cleansSpaces = false
            source = .texts(TextStream(tokenizer: tokenizer, skippingSpecialTokens: skippingSpecialTokens))
            cleaning = SpaceCleaning.Stream()
        } else {
            source = .texts(TextStream(tokenizer: tokenizer, skippingSpecialTokens: skippingSpecialTokens))
        }
    }

    fileprivate enum Source {
        case bytes(ByteStream)
        case pieces(PieceStream)
        case texts(TextStream)
    }

    /// The text that is certain once `id` has come; empty while a character is incomplete.
    public mutating func append(_ id: Int) -> String {
        let text = source.append(id)
        return cleaning?.append(text) ?? text
    }

    /// What was held back: U+FFFD for a character that never became whole, else nothing. The stream is then empty.
    public mutating func finish() -> String {
        let text = source.finish()
        guard cleaning != nil else { return text }
        return (cleaning?.append(text) ?? "") + (cleaning?.finish() ?? "")
    }
}

extension DecodeStream.Source {
    fileprivate mutating func append(_ id: Int) -> String {
        switch self {
        case .bytes(var stream):
            defer { self = .bytes(stream) }
            return stream.append(id)
        case .pieces(var stream):
            defer { self = .pieces(stream) }
            return stream.append(id)
        case .texts(var stream):
            defer { self = .texts(stream) }
            return stream.append(id)
        }
    }

    fileprivate mutating func finish() -> String {
        switch self {
        case .bytes(var stream):
            defer { self = .bytes(stream) }
            return stream.finish()
        case .pieces(var stream):
            defer { self = .pieces(stream) }
            return stream.finish()
        case .texts(var stream):
            defer { self = .texts(stream) }
            return stream.finish()
        }
    }
}

/// Tokens that stand for bytes, whatever is before them.
private struct ByteStream {
    let tokenizer: BytePairTokenizer
    let skippingSpecialTokens: Bool
    var pending: [UInt8] = []

    mutating func append(_ id: Int) -> String {
        pending += tokenizer.bytes(of: id, skippingSpecialTokens: skippingSpecialTokens)
        let end = pending.count - Self.incompleteTail(of: pending)
        defer { pending.removeFirst(end) }
        return String(decoding: pending[..<end], as: UTF8.self)
    }

    mutating func finish() -> String {
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

/// Tokens whose text depends on those before them: all of them are decoded anew each time, which texts of a few hundred
/// tokens can afford. What the decoder cannot read yet, it shows as U+FFFD at the end.
private struct TextStream {
    let tokenizer: any Tokenizing
    let skippingSpecialTokens: Bool
    var ids: [Int] = []
    var givenBytes = 0

    mutating func append(_ id: Int) -> String {
        ids.append(id)
        var scalars = tokenizer.decode(ids, skippingSpecialTokens: skippingSpecialTokens).unicodeScalars[...]
        while scalars.last == "\u{FFFD}" { scalars.removeLast() }
        return rest(of: String(scalars))
    }

    mutating func finish() -> String {
        defer { (ids, givenBytes) = ([], 0) }
        return rest(of: tokenizer.decode(ids, skippingSpecialTokens: skippingSpecialTokens))
    }

    private mutating func rest(of text: String) -> String {
        let rest = text.utf8.dropFirst(givenBytes)
        givenBytes = max(givenBytes, text.utf8.count)
        return String(decoding: rest, as: UTF8.self)
    }
}
