/// The names that the text format allows, and how others are made to fit.
enum MetricName {
    /// The name under which a metric is written: signs that do not belong in a name become `_`, and a counter ends in
    /// `_total`, as Prometheus asks (https://prometheus.io/docs/practices/naming/).
    static func metric(_ label: String, suffix: String) -> String {
        let name = plain(label)
        return suffix.isEmpty || name.hasSuffix(suffix) ? name : name + suffix
    }

    /// The name of a label. Those that begin with two underscores, and `le`, have a meaning of their own already.
    static func label(_ name: String) -> String {
        var name = plain(name)
        while name.hasPrefix("__") { name.removeFirst() }
        return name == "le" ? "exported_le" : name
    }

    /// Letters, digits and underscores, no digit first. Colons are left to recording rules.
    private static func plain(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain), let first = text.utf8.first, !isDigit(first) { return text }
        var name = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.isASCII && isPlain(UInt8($0.value)) ? $0 : "_" }))
        if name.isEmpty || isDigit(name.utf8.first ?? 0) { name = "_" + name }
        return name
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
