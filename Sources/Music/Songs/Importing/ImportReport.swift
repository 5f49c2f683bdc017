/// What became of the rows of an import.
public struct ImportReport: Sendable, Hashable {
    /// Something about a row.
    public struct Remark: Sendable, Hashable {
        /// The line that the row begins in, from 1; in a folder, the number of the file.
        public let line: Int
        /// One sentence without a full stop: "the title is empty".
        public let reason: String
    }

    /// Rows so far, good ones and bad ones.
    public internal(set) var rowsRead = 0
    public internal(set) var added = 0
    public internal(set) var updated = 0
    public internal(set) var unchanged = 0
    /// Rows that were left out.
    public internal(set) var rejected = 0
    /// The first hundred of them.
    public internal(set) var rejections: [Remark] = []
    /// Things about songs that could not be read, and count as missing.
    public internal(set) var noted = 0
    /// The first hundred of them.
    public internal(set) var notes: [Remark] = []
    /// Bytes so far, and in all where that is known.
    public internal(set) var bytesRead: Int64 = 0
    public internal(set) var bytesTotal: Int64?

    public init() {}

    /// Why the import brought nothing, a sentence; nil where it brought songs, new ones or known ones.
    public var failure: String? {
        guard added + updated + unchanged == 0, rejected > 0 else { return nil }
        let first = rejections.first.map { ": line \($0.line), \($0.reason)" } ?? ""
        return rejected == 1
            ? "No song was found: its only row was left out\(first)."
            : "No song was found: all \(rejected) rows were left out, the first one\(first)."
    }

    mutating func count(_ outcome: SongOutcome) {
        switch outcome {
        case .added: added += 1
        case .updated: updated += 1
        case .unchanged: unchanged += 1
        }
    }

    mutating func reject(_ line: Int, _ reason: String) {
        rejected += 1
        if rejections.count < 100 { rejections.append(Remark(line: line, reason: reason)) }
    }

    mutating func note(_ line: Int, _ reasons: [String]) {
        noted += reasons.count
        for reason in reasons.prefix(100 - notes.count) { notes.append(Remark(line: line, reason: reason)) }
    }
}
