import Crypto

/// A repository of a ``FakeHub``.
public struct FakeRepository: Sendable {
    /// Its files by their paths.
    public var files: [String: [UInt8]]
    /// 40 hexadecimal digits.
    public var commit: String
    /// Its branches and tags beside `main`.
    public var branches: Set<String> = []
    /// Whether its list says how long files are, and their hashes, as the Hub's does when it is asked for blobs.
    public var listsContents = false
    /// The names that its list gives; its files' own by default.
    public var listing: [String]?

    public init(files: [String: [UInt8]], commit: String = String(repeating: "a1", count: 20)) {
        self.files = files
        self.commit = commit
    }

    /// Whether a file lies in large file storage, on the other server.
    public static func isLarge(_ path: String) -> Bool {
        path.hasSuffix(".safetensors") || path.hasSuffix(".bin")
    }

    /// The tag of a file, and the name of its blob.
    public static func tag(_ path: String, _ bytes: [UInt8]) -> String {
        isLarge(path) ? hexadecimal(SHA256.hash(data: bytes)) : hash(bytes)
    }

    /// As `git hash-object` prints it.
    private static func hash(_ bytes: [UInt8]) -> String {
        hexadecimal(Insecure.SHA1.hash(data: Array("blob \(bytes.count)\0".utf8) + bytes))
    }

    private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    func holds(_ revision: String) -> Bool { revision == "main" || revision == commit || branches.contains(revision) }
}
