/// Why something could not be had from the Hugging Face Hub, or from what is kept of it on disk.
public struct HubError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The text is no name of a repository.
        case invalidName
        /// The text is no name of a branch, a tag or a commit.
        case invalidRevision
        /// A variable of the environment, such as HF_ENDPOINT, cannot be used.
        case invalidEnvironment
        /// The Hub has no such repository that this account may see.
        case repositoryMissing
        /// The Hub shows no such repository to those without a token: it is private, or not there.
        case repositoryHidden
        /// The repository is open only to those who have accepted its terms.
        case gated
        /// The Hub does not know the token.
        case invalidToken
        /// The Hub knows who asks, and refuses.
        case accessDenied
        /// The repository has no such branch, tag or commit.
        case revisionMissing
        /// The repository lacks a file that a checkpoint needs.
        case fileMissing
        /// In the place of a file, the repository has a Git LFS pointer or a web page.
        case foreignFile
        /// HF_HUB_OFFLINE forbids the network, and what was asked for is not on disk.
        case offline
        /// The Hub cannot be reached.
        case noNetwork
        /// The certificate of the other side is not trusted.
        case untrustedCertificate
        /// The Hub asks to be left alone for longer than is waited here.
        case rateLimited
        /// The Hub answers with an error of its own, again and again.
        case serverFailure
        /// Bytes stopped coming, again and again.
        case stalled
        /// The connection was lost, again and again.
        case connectionLost
        /// The answer is not what a Hub says.
        case unexpectedAnswer
        /// The repository names a file that would not stay within its folder.
        case hostileFileName
        /// A file came with more or fewer bytes than announced.
        case wrongLength
        /// A file came, but its hash is another than its name on the Hub.
        case wrongHash
        /// A file changed while its parts were fetched.
        case changed
        /// The disk has no room.
        case diskFull
        /// The cache cannot be read or written.
        case cache
        /// Another process is fetching the same.
        case busy
        /// The cache holds nothing of that name.
        case notCached
    }

    public let code: Code
    /// One or two sentences for the person who has to put it right; never with a token.
    public let message: String
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String { message }
}
