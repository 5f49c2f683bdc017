import Foundation

/// SentencePiece's compiled normalisation: a map from short texts to what stands for them; `precompiled_charsmap` in
/// `tokenizer.json`.
///
/// The bytes are the length of a trie, the trie as a double array of 32-bit units, and behind it all results, each ended
/// by a zero byte. Sources: google/sentencepiece, `normalizer.cc`; the units as in Susumu Yata's darts-clone.
struct CharacterMap: Sendable {
    /// The longest grapheme that is looked up whole, in bytes of UTF-8: SentencePiece's rules are no longer.
    private static let longestGrapheme = 5

    private let units: [UInt32]
    private let results: [UInt8]

    init(base64 text: String) throws(TokenizationError) {
        guard let data = Data(base64Encoded: text) else {
            throw TokenizationError(.malformedFile, "\"precompiled_charsmap\" is not base64.")
        }
        let bytes = [UInt8](data)
        func unit(at offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
        }
        guard bytes.count >= 4, case let size = Int(unit(at: 0)), size >= 4, size % 4 == 0, size <= bytes.count - 4
        else {
            throw TokenizationError(
                .malformedFile, "\"precompiled_charsmap\" is cut off: it does not hold the trie that it announces.")
        }
        units = stride(from: 4, to: 4 + size, by: 4).map(unit)
        results = Array(bytes[(4 + size)...])
    }

    /// The text with every grapheme, or else every scalar, replaced by what the map has for it.
    ///
    /// As in the tokenizers package, a short grapheme becomes what its shortest beginning in the map stands for, whatever
    /// comes behind that.
    func normalize(_ text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for grapheme in text {
            let bytes = Array(grapheme.utf8)
            if bytes.count <= Self.longestGrapheme, let replacement = replacement(of: bytes) {
                result += replacement
                continue
            }
            for scalar in grapheme.unicodeScalars {
                let bytes = Array(UTF8.encode(scalar) ?? .init(repeating: 0, count: 0))
                result += replacement(of: bytes) ?? bytes[...]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func replacement(of key: [UInt8]) -> ArraySlice<UInt8>? {
        guard let start = shortestMatch(of: key), start < results.count else { return nil }
        let end = results[start...].firstIndex(of: 0) ?? results.endIndex
        return results[start..<end]
    }

    /// Walks the double array; what leads out of it matches nothing.
    private func shortestMatch(of key: [UInt8]) -> Int? {
        var position = offset(units[0])
        for byte in key where byte != 0 {
            position ^= Int(byte)
            guard units.indices.contains(position) else { return nil }
            let unit = units[position]
            guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
            position ^= offset(unit)
            guard units.indices.contains(position) else { return nil }
            if unit >> 8 & 1 == 1 { return Int(units[position] & 0x7FFF_FFFF) }
        }
        return nil
    }

    private func offset(_ unit: UInt32) -> Int {
        Int(unit >> 10) << Int((unit & (1 << 9)) >> 6)
    }
}
