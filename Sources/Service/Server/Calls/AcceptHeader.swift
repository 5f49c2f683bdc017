/// What a client wants to get (RFC 9110 §12.5.1).
struct AcceptHeader {
    private struct Range {
        let type: String
        /// From 0, never, to 1.
        let weight: Double
    }

    private let ranges: [Range]

    /// Reads the header; one that is missing accepts everything, and a range that cannot be read counts as not sent.
    init(_ text: String?) {
        ranges = (text ?? "*/*").split(separator: ",").compactMap { part in
            guard let value = HeaderValue(String(part)) else { return nil }
            let weight = value.parameters["q"].map { Double($0) ?? 0 } ?? 1
            return Range(type: value.value, weight: min(max(weight, 0), 1))
        }
    }

    /// Whether a page is wanted rather than data: browsers ask for `text/html` by name, programs seldom do.
    var prefersPage: Bool {
        guard let page = weight("text/html"), page > 0 else { return false }
        if let data = weight("application/json") { return page > data }
        return page >= (weight("application/*") ?? weight("*/*") ?? 0)
    }

    /// Whether a picture is wanted rather than what is known of it: `image/jpeg` or `image/*` is asked for by name, and
    /// no less than data.
    var prefersPicture: Bool {
        guard let picture = weight("image/jpeg") ?? weight("image/*"), picture > 0 else { return false }
        if let data = weight("application/json") { return picture > data }
        return picture >= (weight("application/*") ?? weight("*/*") ?? 0)
    }

    private func weight(_ type: String) -> Double? {
        ranges.first { $0.type == type }?.weight
    }
}
