import Synchronization

/// All series of one metric, by their labels.
final class Family<Value: Series>: ExposedFamily {
    let name: String
    private let help: String?
    private let maxSeries: Int
    private let make: @Sendable () -> Value
    private let series = Mutex<[Labels: Value]>([:])

    init(name: String, help: String?, maxSeries: Int, make: @escaping @Sendable () -> Value) {
        self.name = name
        self.help = help
        self.maxSeries = maxSeries
        self.make = make
    }

    /// The series with these labels. Where there are too many already, it is one that stands for all others: what a
    /// client sends must not fill the memory, should it ever get into a label.
    func series(_ labels: Labels) -> Value {
        series.withLock { series in
            if let known = series[labels] { return known }
            let labels = series.count < maxSeries ? labels : labels.forOthers
            if let known = series[labels] { return known }
            let new = make()
            series[labels] = new
            return new
        }
    }

    func write(to text: inout String) {
        var samples = ""
        for (labels, value) in series.withLock({ $0 }).sorted(by: { $0.key.text < $1.key.text }) {
            value.write(name: name, labels: labels, to: &samples)
        }
        guard !samples.isEmpty else { return }
        if let help { text += "# HELP \(name) \(Exposition.escaped(help, quotes: false))\n" }
        text += "# TYPE \(name) \(Value.kind.rawValue)\n\(samples)"
    }
}

/// A metric of any kind, as it is written.
protocol ExposedFamily: Sendable {
    var name: String { get }

    /// Appends its description and its samples; nothing where it has none.
    func write(to text: inout String)
}
