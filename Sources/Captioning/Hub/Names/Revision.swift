/// A branch, a tag or a commit of a repository: `main`, `v1.0`, `refs/pr/3`, or 40 hexadecimal digits.
///
/// What it holds is safe in a path below the folder `refs`.
public struct Revision: Sendable, Hashable, CustomStringConvertible {
    public static let main = Revision(unchecked: "main")

    public let description: String

    /// Reads a revision by git's rules for the names of references.
    /// - Throws: `invalidRevision`.
    public init(_ text: String) throws(HubError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isSafe = parts.allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".lock") && !part.hasPrefix("-")
        }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\\~^:?*[@%#\"".utf8.contains($0) }
        guard isSafe, isPlain, !text.contains(".."), text.utf8.count <= 200 else {
            throw HubError(
                .invalidRevision,
                "\"\(text.prefix(200))\" is no revision: it is a branch, a tag or a commit, such as main or refs/pr/1.")
        }
        description = text
    }

    private init(unchecked: String) {
        description = unchecked
    }

    /// Whether it names a commit, whose files never change.
    public var isCommit: Bool { Commit(description) != nil }

    /// As one component of an address: with its slashes written as `%2F`.
    var urlComponent: String { description.split(separator: "/").joined(separator: "%2F") }
}

/// The hash of a commit: 40 hexadecimal digits in small letters.
public struct Commit: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init?(_ text: String) {
        guard text.utf8.count == 40, text.utf8.allSatisfy(\.isSmallHexadecimal) else { return nil }
        description = text
    }

    /// The first 12 digits, for people.
    public var short: String { String(description.prefix(12)) }
}

extension UInt8 {
    /// Whether this is one of 0–9 and a–f.
    var isSmallHexadecimal: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
