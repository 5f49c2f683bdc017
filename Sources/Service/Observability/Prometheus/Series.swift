/// The values of one metric under one set of labels.
protocol Series: AnyObject, Sendable {
    /// The kind of metric that it belongs to.
    static var kind: MetricDescription.Kind { get }

    /// Appends its samples, a line each; none where it has never been set.
    func write(name: String, labels: Labels, to text: inout String)
}
