import Synchronization

/// Counts the bytes of a download that many tasks fetch, and reports a few times a second.
final class TransferMeter: Sendable {
    private static let interval = Duration.milliseconds(200)

    private struct State {
        var byteCount = 0
        /// Of those, the bytes that an earlier process fetched.
        var foundByteCount = 0
        var checkedByteCount = 0
        var lastReport: Duration?
        var rate = TransferRate()
    }

    private let total: Int
    private let start = ContinuousClock.now
    private let state = Mutex(State())
    private let report: @Sendable (HubEvent) -> Void

    init(total: Int, report: @escaping @Sendable (HubEvent) -> Void) {
        self.total = total
        self.report = report
    }

    /// Bytes that came, or with a negative count, that must come again.
    func fetched(_ count: Int) {
        update(.fetching) { $0.byteCount += count }
    }

    /// Bytes that were there before.
    func found(_ count: Int) {
        update(.fetching) { state in
            state.byteCount += count
            state.foundByteCount += count
        }
    }

    func checked(_ count: Int) {
        update(.checking) { $0.checkedByteCount += count }
    }

    /// Bytes fetched, those that were there before included.
    var byteCount: Int { state.withLock(\.byteCount) }

    private func update(_ stage: TransferProgress.Stage, _ change: (inout State) -> Void) {
        let time = ContinuousClock.now - start
        let progress: TransferProgress? = state.withLock { state in
            change(&state)
            let count = stage == .fetching ? state.byteCount : state.checkedByteCount
            let isDue = state.lastReport.map { time - $0 >= Self.interval } ?? true
            guard isDue || count == total else { return nil }
            state.lastReport = time
            let rate = stage == .fetching ? state.rate.add(state.byteCount - state.foundByteCount, at: time) : nil
            return TransferProgress(stage: stage, byteCount: count, totalByteCount: total, rate: rate)
        }
        if let progress { report(.progress(progress)) }
    }

    func note(_ sentence: String) {
        report(.note(sentence))
    }
}
