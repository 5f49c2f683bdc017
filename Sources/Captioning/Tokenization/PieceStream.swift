/// The text of pieces as they come; what `DecodeStream` is for a Unigram tokenizer.
///
/// Bytes in a row are held back until another piece ends them: whether they are a text is certain only then. Everything
/// is held back where the decoder needs the end of the text to read its beginning.
struct PieceStream: Sendable {
    private let tokenizer: UnigramTokenizer
    private let skippingSpecialTokens: Bool
    private let readsPieceByPiece: Bool
    private let readsBytes: Bool
    private var pending: [String] = []
    private var hasBegun = false

    init(tokenizer: UnigramTokenizer, skippingSpecialTokens: Bool) {
        self.tokenizer = tokenizer
        self.skippingSpecialTokens = skippingSpecialTokens
        readsPieceByPiece = tokenizer.decoder.readsPieceByPiece
        readsBytes = tokenizer.decoder.readsBytes
    }

    mutating func append(_ id: Int) -> String {
        guard let piece = tokenizer.piece(of: id, skippingSpecialTokens: skippingSpecialTokens) else { return "" }
        pending.append(piece)
        let isHeldBack = !readsPieceByPiece || (readsBytes && ByteSpelling.byte(of: piece) != nil)
        return isHeldBack ? "" : flush()
    }

    mutating func finish() -> String {
        defer { hasBegun = false }
        return flush()
    }

    private mutating func flush() -> String {
        defer { (pending, hasBegun) = ([], hasBegun || !pending.isEmpty) }
        guard hasBegun else { return tokenizer.decoder.text(of: pending) }
        let text = tokenizer.decoder.text(of: [PieceDecoder.neutralPiece] + pending)
        return String(text.unicodeScalars.dropFirst())
    }
}
