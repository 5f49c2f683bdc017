import Generation
import Tokenization

/// The text of one caption while its tokens arrive: it only ever gets longer, and never ends within a character.
struct CaptionWriting {
    private var stream: DecodeStream
    private var count = 0
    private var written = ""
    /// How many bytes of it the beginning has.
    private let start: Int
    private let stop: StopStrings?

    /// Begins a caption.
    ///
    /// - Parameters:
    ///   - beginning: the tokens that the text begins with, before those that are generated.
    ///   - stop: what ends the text; nil for nothing but an end token.
    init(_ tokenizer: any Tokenizing, beginning: [Int], stop: StopStrings? = nil) {
        stream = DecodeStream(tokenizer, skippingSpecialTokens: true)
        for id in beginning { written += stream.append(id) }
        start = written.utf8.count
        self.stop = stop
    }

    /// The text without white space at either end, and without what may turn out to be a stop string.
    var text: String { (stop?.certainPrefix(of: written, from: start) ?? written).withoutOuterSpace() }

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
