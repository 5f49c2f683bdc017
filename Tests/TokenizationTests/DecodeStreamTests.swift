import Testing

@testable import Tokenization

/// A tokenizer whose text depends on what is before: words with spaces between them, and bytes that wait for others.
private struct WordTokenizer: Tokenizing {
    let words = ["the", "sea"]
    var vocabularySize: Int { 256 + words.count }

    func encode(_ text: String, addingSpecialTokens: Bool) -> [Int] { text.utf8.map(Int.init) }
    func tokenID(of token: String) -> Int? { words.firstIndex(of: token).map { 256 + $0 } }

    func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String {
        var bytes: [UInt8] = []
        for id in ids {
            if id < 256 {
                bytes.append(UInt8(id))
            } else {
                bytes += Array(((bytes.isEmpty ? "" : " ") + words[id - 256]).utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite("Decode stream")
struct DecodeStreamTests {
    @Test("Streams whole characters from a context-dependent tokenizer, in all the same as decode")
    func dependent() {
        let tokenizer = WordTokenizer()
        let ids = [256, 257] + tokenizer.encode(" 🌊", addingSpecialTokens: false) + [257, 0xF0, 0x9F]
        var stream = DecodeStream(tokenizer, skippingSpecialTokens: true)
        let pieces = ids.map { stream.append($0) }
        #expect(pieces == ["the", " sea", " ", "", "", "", "🌊", " sea", "", ""])
        #expect(pieces.joined() + stream.finish() == tokenizer.decode(ids, skippingSpecialTokens: true))
        #expect(stream.finish().isEmpty)
    }
}
