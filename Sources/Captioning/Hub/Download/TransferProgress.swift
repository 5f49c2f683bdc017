/// How far a download has come.
public struct TransferProgress: Sendable, Equatable {
    public enum Stage: Sendable, Equatable {
        case fetching
        /// The bytes are there; their hashes are being compared.
        case checking
    }

    public let stage: Stage
    /// Bytes that are on disk, or have been compared.
    public let byteCount: Int
    public let totalByteCount: Int
    /// Bytes a second of late; nil in the first moments.
    public let rate: Double?

    public init(stage: Stage, byteCount: Int, totalByteCount: Int, rate: Double?) {
        self.stage = stage
        self.byteCount = byteCount
        self.totalByteCount = totalByteCount
        self.rate = rate
    }

    /// 0 to 1.
    public var share: Double {
        totalByteCount == 0 ? 1 : min(1, Double(byteCount) / Double(totalByteCount))
    }

    /// How long the rest takes at this rate.
    public var remaining: Duration? {
        guard let rate, rate > 0, stage == .fetching else { return nil }
        return .seconds(Double(max(0, totalByteCount - byteCount)) / rate)
    }
}

/// What a download has to say while it runs.
public enum HubEvent: Sendable, Equatable {
    /// How far it has come; several times a second.
    case progress(TransferProgress)
    /// A sentence: another attempt, or a wait for another process.
    case note(String)
}
