import Crypto
import Foundation

/// The keys that open this server, as their digests: the keys themselves are kept nowhere.
struct APIKeys: Sendable {
    private let digests: [SHA256.Digest]

    /// Takes in the keys of the settings.
    init(_ keys: [String]) {
        digests = keys.map(Self.digest)
    }

    /// Whether there are any; without, everyone may come in.
    var isEmpty: Bool { digests.isEmpty }

    /// Which of the keys this is, counted from 0; nil where it is none.
    ///
    /// Every key is looked at, and digests are compared in constant time: how long this takes tells nothing of how much
    /// of a guess is right.
    func number(of key: String) -> Int? {
        let candidate = Self.digest(key)
        var found: Int?
        for (number, digest) in digests.enumerated() where digest == candidate { found = number }
        return found
    }

    private static func digest(_ key: String) -> SHA256.Digest { SHA256.hash(data: Data(key.utf8)) }
}
