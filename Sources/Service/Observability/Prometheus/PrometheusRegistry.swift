import Synchronization

/// Collects metrics, and writes them in Prometheus' text format 0.0.4.
///
/// It is a backend of swift-metrics: counters, meters, gauges and recorders become counters, gauges and histograms; timers
/// become histograms in seconds. Asking twice for a metric gives the same series, so it may be asked for at each use. All
/// of it may be used from any thread.
public final class PrometheusRegistry: Sendable {
    private struct State {
        var counters: [String: Family<CounterSeries>] = [:]
        var gauges: [String: Family<GaugeSeries>] = [:]
        var histograms: [String: Family<HistogramSeries>] = [:]
        /// Whose each name of a sample is: the metric's name and its kind.
        var owners: [String: String] = [:]
        /// What was asked for under a name that belongs to another metric.
        var clashes: Set<String> = []
    }

    private let descriptions: [String: MetricDescription]
    private let maxSeries: Int
    private let state = Mutex(State())

    /// Makes a registry that knows some metrics beforehand; others may be recorded too, without help texts.
    ///
    /// Those counters and histograms that have no labels are written from the start, as zeros, so that a first event is
    /// seen as a rise.
    ///
    /// - Parameters:
    ///   - descriptions: of equal names the last counts.
    ///   - maxSeries: how many sets of labels one metric may have. Beyond that, labels get the value `other`.
    public init(_ descriptions: [MetricDescription] = [], maxSeries: Int = 1_000) {
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }) { _, last in last }
        self.maxSeries = maxSeries
        for description in descriptions where description.labels.isEmpty {
            switch description.kind {
            case .counter: _ = counter(description.name, [])
            case .histogram: _ = histogram(description.name, [], suffix: "")
            case .gauge: break
            }
        }
    }

    func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        series(\.counters, MetricName.metric(label, suffix: "_total"), dimensions) { CounterSeries() }
    }

    func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        series(\.gauges, MetricName.metric(label, suffix: ""), dimensions) { GaugeSeries() }
    }

    func histogram(_ label: String, _ dimensions: [(String, String)], suffix: String) -> HistogramSeries {
        let name = MetricName.metric(label, suffix: suffix)
        let described = descriptions[name]?.buckets ?? []
        let buckets = described.isEmpty ? MetricDescription.defaultBuckets : described
        let bounds = Set(buckets.filter(\.isFinite)).sorted()
        return series(\.histograms, name, dimensions) { HistogramSeries(bounds: bounds) }
    }

    private func series<Value: Series>(
        _ table: WritableKeyPath<State, [String: Family<Value>]>, _ name: String,
        _ dimensions: [(String, String)], make: @escaping @Sendable () -> Value
    ) -> Value {
        let family: Family<Value>? = state.withLock { state in
            if let known = state[keyPath: table][name] { return known }
            let owner = "\(Value.kind.rawValue) \(name)"
            let names = [name] + MetricDescription(name, Value.kind, help: "").sampleNames
            guard names.allSatisfy({ state.owners[$0] == nil }) else {
                state.clashes.insert(owner)
                return nil
            }
            for name in names { state.owners[name] = owner }
            let new = Family(name: name, help: descriptions[name]?.help, maxSeries: maxSeries, make: make)
            state[keyPath: table][name] = new
            return new
        }
        // Two kinds under one name cannot be written: the second is recorded nowhere, and the text says so.
        return family?.series(Labels(dimensions)) ?? make()
    }

    /// All metrics as text, in the order of their names and labels.
    public func text() -> String {
        let (families, clashes) = state.withLock { state in
            let families: [any ExposedFamily] =
                Array(state.counters.values) + Array(state.gauges.values) + Array(state.histograms.values)
            return (families, state.clashes)
        }
        var text = ""
        for family in families.sorted(by: { $0.name < $1.name }) { family.write(to: &text) }
        for clash in clashes.sorted() { text += "# Left out, because its name is another metric's: \(clash)\n" }
        return text
    }
}
