import Checkpoint
public import Hub

/// What a log says of a download: a line each tenth, and at least one each half minute.
public struct DownloadLines: Sendable {
    private static let longestSilence = Duration.seconds(30)

    private let name: String
    private var lastTenth: [TransferProgress.Stage: Int] = [:]
    private var lastTime: ContinuousClock.Instant?

    public init(_ name: String) {
        self.name = name
    }

    /// The line for an event; nil where it is not time for one.
    public mutating func line(for event: HubEvent, at time: ContinuousClock.Instant = .now) -> String? {
        switch event {
        case .note(let sentence):
            return sentence
        case .progress(let progress):
            let tenth = Int(progress.share * 10)
            let isSilent = lastTime.map { time - $0 >= Self.longestSilence } ?? true
            guard tenth > lastTenth[progress.stage] ?? -1 || isSilent else { return nil }
            (lastTenth[progress.stage], lastTime) = (tenth, time)
            return "\(progress.stage == .fetching ? "Fetching" : "Checking") \(name): \(progress.text)"
        }
    }
}

extension TransferProgress {
    /// Such as `40 % of 14.9 GB, 52 MB/s, 3 min left`.
    public var text: String {
        var text = "\(Int(share * 100)) % of \(ByteCount.text(totalByteCount))"
        if let rate, stage == .fetching { text += ", \(ByteCount.text(Int(rate)))/s" }
        if let remaining, share < 1 { text += ", \(Self.text(remaining)) left" }
        return text
    }

    /// Such as `45 s`, `3 min` and `2 h 5 min`.
    static func text(_ duration: Duration) -> String {
        let seconds = min(duration.components.seconds, 999 * 3600)
        if seconds < 90 { return "\(seconds) s" }
        let minutes = (seconds + 30) / 60
        return minutes < 90 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
