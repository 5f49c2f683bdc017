/// What is known of a metric before anything is recorded: how it is written, what it means, and where its buckets end.
public struct MetricDescription: Sendable, Equatable {
    /// The kinds of metric that the text format names in its `TYPE` lines.
    public enum Kind: String, Sendable {
        /// Only grows, but for a restart. Its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts values by size. Where it is a timer's, its values are seconds and its name ends in `_seconds`.
        case histogram
    }

    /// The name as it stands in the text, suffix included.
    public var name: String
    /// The kind.
    public var kind: Kind
    /// What one of it is, for people: `seconds`, `bytes`, `requests`; empty for a plain number.
    public var unit: String
    /// The names of its labels, for people; none is needed for a label to be recorded.
    public var labels: [String]
    /// A histogram's upper bounds; without any, ``defaultBuckets``.
    public var buckets: [Double]
    /// What it means, in one sentence.
    public var help: String

    /// Upper bounds in seconds, from a millisecond to a minute.
    public static let defaultBuckets = [
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60,
    ]

    /// Makes a description of a metric.
    public init(
        _ name: String, _ kind: Kind, unit: String = "", labels: [String] = [], buckets: [Double] = [], help: String
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.buckets = buckets
        self.help = help
    }

    /// The names that its samples have in the text.
    public var sampleNames: [String] {
        kind == .histogram ? ["_bucket", "_count", "_sum"].map { name + $0 } : [name]
    }
}
