import CoreMetrics
import Logging
import StandIns
import Synchronization

/// Writes log messages into a journal.
struct JournalLogHandler: LogHandler {
    let journal: Journal
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(journal: Journal) {
        self.journal = journal
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { journal.note("\(event.level): \(event.message)") }
}

/// Counts what counters count and how often recorders and timers record.
final class CountingMetrics: MetricsFactory, Sendable {
    private struct Series: Hashable {
        let name: String
        let labels: [String: String]
    }

    private let counts = Mutex<[Series: Int64]>([:])

    func value(_ name: String, _ labels: [String: String] = [:]) -> Int64 {
        counts.withLock { $0[Series(name: name, labels: labels)] ?? 0 }
    }

    func add(_ amount: Int64, _ name: String, _ labels: [(String, String)]) {
        let series = Series(name: name, labels: Dictionary(labels, uniquingKeysWith: { first, _ in first }))
        counts.withLock { $0[series, default: 0] += amount }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(metrics: self, name: label, labels: dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(metrics: self, name: label, labels: dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(metrics: self, name: label, labels: dimensions)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        let metrics: CountingMetrics
        let name: String
        let labels: [(String, String)]

        init(metrics: CountingMetrics, name: String, labels: [(String, String)]) {
            self.metrics = metrics
            self.name = name
            self.labels = labels
        }

        func increment(by amount: Int64) { metrics.add(amount, name, labels) }
        func reset() {}
        func record(_ value: Int64) { metrics.add(1, name, labels) }
        func record(_ value: Double) { metrics.add(1, name, labels) }
        func recordNanoseconds(_ duration: Int64) { metrics.add(1, name, labels) }
    }
}
