/// What became of the rows of an import.
public struct ImportReport: Sendable, Hashable {
    /// A row that was left out, and why.
    public struct Rejection: Sendable, Hashable {
        /// The line that the row begins in, from 1; 0 where a whole file is meant.
        public let line: Int
        /// One sentence without a full stop: "the title is empty".
        public let reason: String
    }

    /// Rows so far, good ones and bad ones.
    public internal(set) var rowsRead = 0
    public internal(set) var added = 0
    public internal(set) var updated = 0
    public internal(set) var unchanged = 0
    public internal(set) var rejected = 0
    /// The first hundred of them.
    public internal(set) var rejections: [Rejection] = []
    /// Bytes so far, and in all where that is known.
    public internal(set) var bytesRead: Int64 = 0
    public internal(set) var bytesTotal: Int64?

    public init() {}

    mutating func count(_ outcome: SongOutcome) {
        switch outcome {
        case .added: added += 1
        case .updated: updated += 1
        case .unchanged: unchanged += 1
        }
    }

    mutating func reject(_ rejection: Rejection) {
        rejected += 1
        if rejections.count < 100 { rejections.append(rejection) }
    }
}
