/// One axis of a tensor: a number known when the graph is written, or a symbol whose value each run decides.
///
/// Literals read as they are meant: `["batch", 3, 224, 224]`.
public enum Dimension: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case fixed(Int)
    case symbol(String)

    public init(integerLiteral value: Int) { self = .fixed(value) }
    public init(stringLiteral value: String) { self = .symbol(value) }

    /// The number, where it is known.
    public var size: Int? {
        if case .fixed(let size) = self { size } else { nil }
    }

    /// The length of two axes laid end to end.
    static func + (left: Dimension, right: Dimension) -> Dimension {
        if let left = left.size, let right = right.size { return .fixed(left + right) }
        return .symbol("\(left)+\(right)")
    }
}

extension Dimension: CustomStringConvertible {
    public var description: String {
        switch self {
        case .fixed(let size): String(size)
        case .symbol(let name): name
        }
    }
}
