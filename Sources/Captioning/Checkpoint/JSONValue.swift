/// A JSON value, whole numbers kept apart from the others as Python keeps them.
public enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: CustomStringConvertible {
    /// The value as an error message shows it: compact, and cut short where it is long.
    public var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .string(let value): value.count <= 80 ? "\"\(value)\"" : "\"\(value.prefix(80))…\""
        case .array(let values):
            "[" + values.prefix(8).map(\.description).joined(separator: ", ") + (values.count > 8 ? ", …]" : "]")
        case .object(let values): values.isEmpty ? "{}" : "an object of \(values.count) keys"
        }
    }
}

extension JSONReader {
    /// The next value, whole. Of a key that is given twice the last one counts, as in Python.
    mutating func readValue() throws(CheckpointError) -> JSONValue {
        try readValue(depth: 0, keeping: true)
    }

    /// - Parameter keeping: whether arrays and objects are returned with what is in them, or empty.
    mutating func readValue(depth: Int, keeping: Bool) throws(CheckpointError) -> JSONValue {
        guard depth <= Self.maximumDepth else {
            throw failure("values nested more than \(Self.maximumDepth) deep")
        }
        switch peek() {
        case UInt8(ascii: "{"): return .object(try readMembers(depth: depth, keeping: keeping))
        case UInt8(ascii: "["): return .array(try readElements(depth: depth, keeping: keeping))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t") where takeWord("true"): return .boolean(true)
        case UInt8(ascii: "f") where takeWord("false"): return .boolean(false)
        case UInt8(ascii: "n") where takeWord("null"): return .null
        case nil: throw failure("the text ends where a value is expected")
        default: break
        }
        return switch try readNumber() {
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        }
    }

    private mutating func readMembers(depth: Int, keeping: Bool) throws(CheckpointError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        var isFirst = true
        try expect("{")
        while let key = try nextKey(&isFirst) {
            let value = try readValue(depth: depth + 1, keeping: keeping)
            if keeping { members[key] = value }
        }
        return members
    }

    private mutating func readElements(depth: Int, keeping: Bool) throws(CheckpointError) -> [JSONValue] {
        var elements: [JSONValue] = []
        try expect("[")
        if take("]") { return elements }
        repeat {
            let value = try readValue(depth: depth + 1, keeping: keeping)
            if keeping { elements.append(value) }
        } while take(",")
        try expect("]")
        return elements
    }
}
