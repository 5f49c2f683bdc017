/// A request that came to a ``FakeHub``.
public struct FakeRequest: Sendable {
    /// Whether it came to the server of large files.
    public let isElsewhere: Bool
    public let method: String
    /// Without what stands behind a question mark.
    public let path: String
    /// What stands behind the question mark.
    public let query: String
    /// By their names in small letters.
    public let headers: [String: String]
    /// How many requests with this method and path came to this server before.
    public internal(set) var number = 0

    /// The bytes that are asked for.
    public var range: Range<Int>? {
        guard let match = headers["range"]?.wholeMatch(of: /bytes=([0-9]+)-([0-9]+)/), let first = Int(match.1),
            let last = Int(match.2), first <= last
        else { return nil }
        return first..<last + 1
    }

    func isSame(as other: FakeRequest) -> Bool {
        isElsewhere == other.isElsewhere && method == other.method && path == other.path
    }
}

/// What a ``FakeHub`` answers.
public struct FakeReply: Sendable {
    /// What becomes of the connection behind the head.
    public enum Ending: Sendable {
        /// The body goes out, and the connection stays.
        case whole
        /// The connection ends after so many bytes of the body.
        case cut(Int)
        /// Nothing more comes after so many bytes of the body, but the connection stays.
        case stall(Int)
        /// The body comes again and again.
        case endless
    }

    public var status: Int
    public var headers: [String: String]
    public var body: [UInt8]
    public var ending = Ending.whole
    /// What the header says of the body's length; nil for no such header.
    public var contentLength: Int?

    public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
        contentLength = body.count
    }

    /// A refusal as the Hub writes it.
    public init(status: Int, code: String) {
        self.init(status: status, headers: ["X-Error-Code": code])
    }
}
