import CoreMetrics
import Synchronization

/// How many values fell under each of some bounds, and their sum.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    static let kind = MetricDescription.Kind.histogram

    private struct Tally {
        /// How many values each bucket got for itself; the last one is for those above all bounds.
        var counts: [UInt64]
        var sum = 0.0
    }

    /// In rising order.
    private let bounds: [Double]
    private let tally: Mutex<Tally>

    init(bounds: [Double]) {
        self.bounds = bounds
        tally = Mutex(Tally(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// Counts a value. One that is no number, or infinite, would spoil the sum for ever, and is ignored.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        tally.withLock { tally in
            tally.counts[bucket] += 1
            tally.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func write(name: String, labels: Labels, to text: inout String) {
        let tally = tally.withLock { $0 }
        var count: UInt64 = 0
        for (bound, inBucket) in zip(bounds + [.infinity], tally.counts) {
            count += inBucket
            text += "\(name)_bucket\(labels.braced(le: Exposition.number(bound))) \(count)\n"
        }
        text += "\(name)_sum\(labels.braced()) \(Exposition.number(tally.sum))\n"
        text += "\(name)_count\(labels.braced()) \(count)\n"
    }
}
