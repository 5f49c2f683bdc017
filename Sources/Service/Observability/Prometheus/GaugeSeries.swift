import CoreMetrics
import Synchronization

/// A value that goes up and down. Before it is first set, it is not written.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    static let kind = MetricDescription.Kind.gauge

    private let value = Mutex<Double?>(nil)

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { self.value.withLock { $0 = value } }

    func record(_ value: Int64) { set(Double(value)) }

    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) { value.withLock { $0 = ($0 ?? 0) + amount } }

    func decrement(by amount: Double) { increment(by: -amount) }

    func write(name: String, labels: Labels, to text: inout String) {
        guard let value = value.withLock({ $0 }) else { return }
        text += "\(name)\(labels.braced()) \(Exposition.number(value))\n"
    }
}
