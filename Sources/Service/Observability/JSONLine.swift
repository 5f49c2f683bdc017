import Logging

/// A JSON object on one line, its keys in the order in which they are added; the first of equal keys stays.
struct JSONLine {
    private var text = "{"
    private var keys: Set<String> = []

    /// The object and a line break.
    var finished: String { text + "}\n" }

    /// Adds a field. Numbers and truth values stay what they are; all else that is not a list or a map becomes text.
    mutating func add(_ key: String, _ value: Logger.MetadataValue) {
        guard keys.insert(key).inserted else { return }
        if keys.count > 1 { text += "," }
        text += Self.quoted(key) + ":" + Self.json(value)
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value as Bool): "\(value)"
        case .stringConvertible(let value as Int): "\(value)"
        case .stringConvertible(let value as Double) where value.isFinite: "\(value)"
        case .stringConvertible(let value): quoted(value.description)
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let fields):
            "{"
                + fields.sorted { $0.key < $1.key }.map { quoted($0.key) + ":" + json($0.value) }
                .joined(separator: ",") + "}"
        }
    }

    /// A text between quotation marks, escaped as RFC 8259 asks.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
