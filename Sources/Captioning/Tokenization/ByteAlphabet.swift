/// GPT-2's printable stand-ins for the 256 byte values: how a byte-level vocabulary spells its tokens.
///
/// Printable Latin-1 stands for itself; the other bytes take U+0100, U+0101 and so on, in their own order, so that
/// a space is spelt "Ġ". Source: `bytes_to_unicode` in openai/gpt-2's `encoder.py`.
enum ByteAlphabet {
    /// The scalar of each byte value.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt16 = 256
        return (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? "\u{FFFD}"
            }
        }
    }()

    private static let values: [Unicode.Scalar: UInt8] = Dictionary(
        uniqueKeysWithValues: zip(scalars, UInt8.min...UInt8.max))

    /// The bytes that a token stands for: those its scalars spell, or, where one of them is not in the alphabet
    /// (as in an added token with a space in it), its own UTF-8.
    static func bytes(of token: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard let byte = values[scalar] else { return Array(token.utf8) }
            bytes.append(byte)
        }
        return bytes
    }
}
