import Crypto

/// The SHA-256 of a file's bytes, whether or not they are a picture, that come in piece by piece.
public struct PictureHash: Sendable {
    private var hash = SHA256()

    /// The hash of no bytes.
    public init() {}

    /// Takes in the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: bytes)
    }

    /// The hash of all bytes so far, in lower-case hexadecimal.
    public var digits: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
