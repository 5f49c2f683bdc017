internal import CONNXRuntime

extension Tensor {
    /// ONNX Runtime's value over the tensor's memory. It owns nothing: the tensor has to outlive it.
    func makeValue(_ runtime: Runtime) throws(ONNXRuntimeError) -> Owned {
        let api = runtime.api
        let dimensions = shape.map(Int64.init)
        return try api.make(api.functions.pointee.ReleaseValue) {
            $0.pointee.CreateTensorWithDataAsOrtValue(
                memory.device?.info.pointer ?? runtime.cpuMemory.pointer, start, byteCount, dimensions,
                dimensions.count,
                elementType.rawValue, $1)
        }
    }

    /// The tensor in a value that a run of `session` made; `name` is the output's, for messages.
    convenience init(
        _ value: consuming Owned, name: String, from session: Session
    ) throws(ONNXRuntimeError) {
        let api = session.runtime.api
        let pointer = value.pointer
        var isTensor: Int32 = 0
        try api.call { $0.pointee.IsTensor(pointer, &isTensor) }
        guard isTensor != 0 else {
            throw ONNXRuntimeError(
                .unsupportedType, "The output \(name) is not a tensor, or has not been computed yet.")
        }
        let info = try api.make(api.functions.pointee.ReleaseTensorTypeAndShapeInfo) {
            $0.pointee.GetTensorTypeAndShape(pointer, $1)
        }
        let description = try TensorDescription(info.pointer, api: api)
        guard let elementType = description.elementType else {
            throw ONNXRuntimeError(
                .unsupportedType, "The output \(name) holds elements of ONNX type \(description.onnxType).")
        }
        let shape = description.dimensions
        let count = try Tensor.elementCount(elementType, shape)

        var data: UnsafeMutableRawPointer?
        try api.call { $0.pointee.GetTensorMutableData(pointer, &data) }
        let memory: TensorMemory
        if let data {
            memory = TensorMemory(start: data, byteCount: count * elementType.byteCount, of: value, from: session)
        } else {
            memory = try TensorMemory(byteCount: 0)
        }
        self.init(elementType, shape: shape, elementCount: count, memory: memory)
    }
}

/// What ONNX Runtime says of a tensor, or of an input or output that is one.
struct TensorDescription {
    /// ONNX's number for the element type.
    let onnxType: Int32
    /// -1 for a dimension that is not fixed.
    let dimensions: [Int]
    /// The name of each dimension that has one.
    let symbols: [String?]

    var elementType: ElementType? { ElementType(rawValue: onnxType) }

    /// Reads an `OrtTensorTypeAndShapeInfo`.
    init(_ info: OpaquePointer, api: API) throws(ONNXRuntimeError) {
        var type: Int32 = 0
        try api.call { $0.pointee.GetTensorElementType(info, &type) }
        var rank = 0
        try api.call { $0.pointee.GetDimensionsCount(info, &rank) }
        var sizes = [Int64](repeating: 0, count: rank)
        try api.call { $0.pointee.GetDimensions(info, &sizes, rank) }
        var names = [UnsafePointer<CChar>?](repeating: nil, count: rank)
        try api.call { $0.pointee.GetSymbolicDimensions(info, &names, rank) }
        onnxType = type
        dimensions = sizes.map(Int.init)
        symbols = names.map { name in name.map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }
    }
}
