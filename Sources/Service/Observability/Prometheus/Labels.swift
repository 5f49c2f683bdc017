/// The labels of one series as they stand between the braces of its samples. Equal labels are equal texts, in whatever
/// order they were given.
struct Labels: Hashable {
    let text: String
    private let names: [String]

    /// Takes what was given as dimensions. Of equal names the last counts; an empty value is the same as no label.
    init(_ dimensions: [(String, String)]) {
        var values: [String: String] = [:]
        for (name, value) in dimensions { values[MetricName.label(name)] = value }
        self.init(values.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key })
    }

    private init(_ pairs: [(key: String, value: String)]) {
        names = pairs.map(\.key)
        text = pairs.map { "\($0.key)=\"\(Exposition.escaped($0.value, quotes: true))\"" }.joined(separator: ",")
    }

    /// The labels of the series that stands for all those that are too many.
    var forOthers: Labels { Labels(names.map { (key: $0, value: "other") }) }

    /// The labels with their braces, a bucket's upper bound among them; nothing where there are none.
    func braced(le: String? = nil) -> String {
        let bound = le.map { text.isEmpty ? "le=\"\($0)\"" : ",le=\"\($0)\"" } ?? ""
        return text.isEmpty && bound.isEmpty ? "" : "{\(text)\(bound)}"
    }
}
