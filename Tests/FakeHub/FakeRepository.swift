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
    /// Its discussions and pull requests, in the order in which they are listed.
    public var discussions: [FakeDiscussion] = []

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

    /// The repository as a revision has it; nil where there is none of that name.
    func at(_ revision: String) -> FakeRepository? {
        if revision == "main" || revision == commit || branches.contains(revision) { return self }
        let request = discussions.first { $0.isPullRequest && [$0.reference, $0.commit].contains(revision) }
        return request.map { request in
            var copy = self
            (copy.files, copy.commit, copy.listing) = (request.files, request.commit, nil)
            return copy
        }
    }

    /// The commits of a revision, the last one first.
    func commits(of revision: String) -> [String] {
        let request = discussions.first { [$0.reference, $0.commit].contains(revision) }
        let history = [commit, String(repeating: "0f", count: 20)]
        return request.map { [$0.commit] + ($0.parents ?? history) } ?? history
    }
}

/// A discussion of a ``FakeRepository``, or a pull request; by default the one that the Hub's conversion bot opens.
public struct FakeDiscussion: Sendable {
    public var number: Int
    public var title = "Adding `safetensors` variant of this model"
    /// Nil where the account is gone.
    public var author: String? = "SFconvertbot"
    public var status = "open"
    public var isPullRequest = true
    /// The files of its last commit.
    public var files: [String: [UInt8]]
    public var commit: String
    /// The commits before its last one; those of `main` by default.
    public var parents: [String]?

    public init(number: Int, files: [String: [UInt8]], commit: String = String(repeating: "c3", count: 20)) {
        (self.number, self.files, self.commit) = (number, files, commit)
    }

    var reference: String { "refs/pr/\(number)" }
}
