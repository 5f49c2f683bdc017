import Tokenization

/// The text of one caption while its tokens arrive: it only ever gets longer, and never ends within a character.
struct CaptionWriting {
    private var stream: DecodeStream
    private var count = 0
    private var written = ""

    /// Begins a caption.
    ///
    /// - Parameter beginning: the tokens that the text begins with, before those that are generated.
    init(_ tokenizer: any Tokenizing, beginning: [Int]) {
        stream = DecodeStream(tokenizer, skippingSpecialTokens: true)
        for id in beginning { written += stream.append(id) }
    }

    /// The text without white space at either end.
    var text: String { written.withoutOuterSpace() }

    /// Takes in what has been generated since the last call.
    ///
    /// - Parameter ids: all tokens generated so far.
    mutating func advance(to ids: [Int]) {
        for id in ids.dropFirst(count) { written += stream.append(id) }
        count = max(count, ids.count)
    }
}

extension String {
    /// Without white space at either end; by scalars, so that a text that grows only gets longer by this too.
    func withoutOuterSpace() -> String {
        let scalars = unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }
}
