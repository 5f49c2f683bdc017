import CoreMetrics
import Synchronization

/// A sum that only grows. Whole steps, which are the rule, take no lock.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    static let kind = MetricDescription.Kind.counter

    private let whole = Atomic<UInt64>(0)
    private let fraction = Mutex(0.0)

    /// Adds to the sum; what is not positive is ignored. Beyond 2⁶⁴ it begins anew, which Prometheus takes for a restart.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fraction.withLock { $0 += amount }
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fraction.withLock { $0 = 0 }
    }

    func write(name: String, labels: Labels, to text: inout String) {
        let whole = whole.load(ordering: .relaxed)
        let fraction = fraction.withLock { $0 }
        let value = fraction == 0 ? "\(whole)" : Exposition.number(Double(whole) + fraction)
        text += "\(name)\(labels.braced()) \(value)\n"
    }
}
