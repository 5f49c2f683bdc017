import Foundation

/// The name of a model's repository on the Hub: `organisation/name`.
///
/// What it holds is safe in a path and in an address: ASCII letters, digits, `-`, `_` and `.`, with no `..`.
public struct RepositoryName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let organisation: String
    public let name: String

    /// Reads a name by the Hub's rules.
    /// - Throws: `invalidName`, with the rule that the text breaks.
    public init(_ text: String) throws(HubError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw Self.refusal(text, "it has the form organisation/name, such as Salesforce/blip2-opt-2.7b")
        }
        for part in parts {
            guard (1...96).contains(part.utf8.count), part.utf8.allSatisfy(Self.isAllowed) else {
                throw Self.refusal(text, "each part has 1 to 96 of the characters A–Z, a–z, 0–9, -, _ and .")
            }
            guard let first = part.utf8.first, let last = part.utf8.last, !Self.isSign(first), !Self.isSign(last) else {
                throw Self.refusal(text, "no part begins or ends with - or .")
            }
        }
        guard !text.contains("--"), !text.contains(".."), !text.hasSuffix(".git") else {
            throw Self.refusal(text, "it holds neither -- nor .. and does not end with .git")
        }
        (organisation, name) = (parts[0], parts[1])
    }

    /// The repository whose files a folder of the cache holds; nil for folders of another kind.
    init?(folderName: String) {
        let parts = folderName.components(separatedBy: "--")
        guard parts.count == 3, parts[0] == "models", let name = try? RepositoryName("\(parts[1])/\(parts[2])") else {
            return nil
        }
        self = name
    }

    /// The folder below the cache, as huggingface_hub names it: `models--organisation--name`.
    var folderName: String { "models--\(organisation)--\(name)" }

    public var description: String { "\(organisation)/\(name)" }

    public static func < (one: RepositoryName, other: RepositoryName) -> Bool {
        one.description < other.description
    }

    private static func refusal(_ text: String, _ rule: String) -> HubError {
        HubError(.invalidName, "\"\(text.prefix(200))\" is no name of a model on the Hub: \(rule).")
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
