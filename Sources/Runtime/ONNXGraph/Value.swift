/// A tensor inside a graph under description: its name, element type and shape.
public struct Value: Sendable {
    public let name: String
    public let elementType: ElementType
    public let shape: [Dimension]

    public var rank: Int { shape.count }
}

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

/// The element types of tensors in a graph; raw values are `TensorProto.DataType` of the ONNX format.
public enum ElementType: Int32, Sendable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .float16: 2
        case .float32, .int32: 4
        case .int64: 8
        }
    }
}
