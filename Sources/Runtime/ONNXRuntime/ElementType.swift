/// The type of a tensor's elements. Raw values are ONNX's (`TensorProto.DataType`).
public enum ElementType: Int32, Sendable, Hashable, CaseIterable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16

    /// The bytes of one element.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }
}

/// A Swift type whose values lie in memory as a tensor's elements do.
public protocol TensorElement: BitwiseCopyable, Sendable {
    static var elementType: ElementType { get }
}

extension Float: TensorElement { public static let elementType = ElementType.float32 }
extension Double: TensorElement { public static let elementType = ElementType.float64 }
extension Int8: TensorElement { public static let elementType = ElementType.int8 }
extension Int16: TensorElement { public static let elementType = ElementType.int16 }
extension Int32: TensorElement { public static let elementType = ElementType.int32 }
extension Int64: TensorElement { public static let elementType = ElementType.int64 }
extension UInt8: TensorElement { public static let elementType = ElementType.uint8 }
extension UInt16: TensorElement { public static let elementType = ElementType.uint16 }
extension UInt32: TensorElement { public static let elementType = ElementType.uint32 }
extension UInt64: TensorElement { public static let elementType = ElementType.uint64 }
extension Bool: TensorElement { public static let elementType = ElementType.bool }

#if !(os(macOS) && arch(x86_64))
extension Float16: TensorElement { public static let elementType = ElementType.float16 }
#endif
