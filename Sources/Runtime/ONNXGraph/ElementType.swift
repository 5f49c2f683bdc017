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
