internal import CONNXRuntime

/// What a model says of one of its inputs or outputs.
public struct ValueInfo: Sendable, Hashable {
    public let name: String
    /// Nil where the value is not a tensor, or one of a type that ``ElementType`` lacks, such as strings.
    public let elementType: ElementType?
    /// The size of each dimension, nil where each run may choose it.
    public let shape: [Int?]
    /// The name that the model gives to a dimension that each run may choose.
    public let symbols: [String?]

    /// Reads an `OrtTypeInfo`.
    init(name: String, type: OpaquePointer, api: API) throws(ONNXRuntimeError) {
        self.name = name
        var info: OpaquePointer?
        try api.call { $0.pointee.CastTypeInfoToTensorInfo(type, &info) }
        guard let info else {
            elementType = nil
            shape = []
            symbols = []
            return
        }
        let tensor = try TensorDescription(info, api: api)
        elementType = tensor.elementType
        shape = tensor.dimensions.map { $0 < 0 ? nil : $0 }
        symbols = tensor.symbols
    }
}
