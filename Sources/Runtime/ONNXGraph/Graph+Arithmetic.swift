/// Matrix products, element-wise arithmetic, activations and normalisation.
/// Operators are those of https://onnx.ai/onnx/operators/, with their definitions of shapes.
extension Graph {
    /// `left · right`: [..., M, K] × [K, N] → [..., M, N].
    public func matMul(_ left: Value, _ right: Value) -> Value {
        guard left.rank >= 1, right.rank == 2, let columns = right.shape.last else {
            require(false, "MatMul", [left, right], "the right side needs two axes")
            return left
        }
        require(left.shape.last == right.shape[0], "MatMul", [left, right], "the inner axes must be equal")
        return node("MatMul", [left, right], shape: left.shape.dropLast() + [columns])
    }

    /// `left · rightᵀ`: [M, K] × [N, K] → [M, N].
    public func matMul(_ left: Value, transposed right: Value) -> Value {
        guard left.rank == 2, right.rank == 2, left.shape[1] == right.shape[1] else {
            require(false, "Gemm", [left, right], "both sides need two axes, the last ones equal")
            return left
        }
        return node("Gemm", [left, right], [.int("transB", 1)], shape: [left.shape[0], right.shape[0]])
    }

    /// Element-wise sum; shapes are broadcast from the right.
    public func add(_ left: Value, _ right: Value) -> Value { broadcast("Add", left, right) }

    /// Element-wise product; shapes are broadcast from the right.
    public func multiply(_ left: Value, _ right: Value) -> Value { broadcast("Mul", left, right) }

    private func broadcast(_ operation: String, _ left: Value, _ right: Value) -> Value {
        let (long, short) = left.rank >= right.rank ? (left, right) : (right, left)
        var shape = long.shape
        for (offset, size) in short.shape.reversed().enumerated() {
            let axis = long.rank - 1 - offset
            if shape[axis] == 1 {
                shape[axis] = size
            } else {
                require(
                    size == 1 || size == shape[axis], operation, [left, right], "axes must be equal or of length one")
            }
        }
        require(left.elementType == right.elementType, operation, [left, right], "element types must be equal")
        return node(operation, [left, right], shape: shape)
    }

    /// max(x, 0).
    public func relu(_ x: Value) -> Value { node("Relu", [x], shape: x.shape) }

    /// x, held between two bounds.
    public func clip(_ x: Value, from low: Float, to high: Float) -> Value {
        node("Clip", [x, constant(low), constant(high)], shape: x.shape)
    }

    /// 1 / (1 + e⁻ˣ).
    public func sigmoid(_ x: Value) -> Value { node("Sigmoid", [x], shape: x.shape) }

    public func tanh(_ x: Value) -> Value { node("Tanh", [x], shape: x.shape) }

    /// The Gaussian error linear unit: exact, or its tanh approximation (Hendrycks & Gimpel 2016, arXiv:1606.08415).
    public func gelu(_ x: Value, approximated: Bool = false) -> Value {
        node("Gelu", [x], [.string("approximate", approximated ? "tanh" : "none")], shape: x.shape)
    }

    /// Normalises the last axis to mean 0 and variance 1, then scales and shifts it (Ba et al. 2016, arXiv:1607.06450).
    /// - Parameters:
    ///   - scale: [C], the gain.
    ///   - bias: [C], or none.
    public func layerNormalization(_ x: Value, scale: Value, bias: Value?, epsilon: Double) -> Value {
        require(
            scale.shape == x.shape.suffix(1) && (bias == nil || bias?.shape == scale.shape),
            "LayerNormalization", [x, scale], "scale and bias must have the length of the last axis")
        return node(
            "LayerNormalization", bias.map { [x, scale, $0] } ?? [x, scale],
            [.int("axis", -1), .float("epsilon", Float(epsilon))], shape: x.shape)
    }

    /// Divides the last axis by the root of its mean square, then scales it (Zhang & Sennrich 2019, arXiv:1910.07467).
    ///
    /// In elementary operators, which ONNX Runtime joins into one of its own: the standard one came with operator set 23.
    /// - Parameter scale: [C], the gain.
    public func rootMeanSquareNormalization(_ x: Value, scale: Value, epsilon: Double) -> Value {
        require(
            scale.shape == x.shape.suffix(1), "root mean square normalisation", [x, scale],
            "scale must have the length of the last axis")
        let column: [Dimension] = x.shape.dropLast() + [1]
        let squares = node("Pow", [x, constant(Float(2))], shape: x.shape)
        let mean = node("ReduceMean", [squares, constant([-1])], [.int("keepdims", 1)], shape: column)
        let root = node("Sqrt", [add(mean, constant(Float(epsilon)))], shape: column)
        return multiply(node("Div", [x, root], shape: x.shape), scale)
    }

    /// Divides the last axis by its length, the root of the sum of its squares.
    public func unitLength(_ x: Value) -> Value {
        node("LpNormalization", [x], [.int("axis", -1), .int("p", 2)], shape: x.shape)
    }

    /// A convolution over images: [B, C, H, W] with kernels [O, C / groups, k, k] → [B, O, H', W'].
    /// - Parameters:
    ///   - padding: zeros on each of the four sides.
    ///   - groups: parts of the channels that are convolved each for itself; as many as channels for a depth-wise convolution.
    public func convolution(
        _ x: Value, kernel: Value, bias: Value?, stride: Int, padding: Int = 0, groups: Int = 1
    ) -> Value {
        guard x.rank == 4, kernel.rank == 4, let channels = kernel.shape[1].size,
            x.shape[1] == .fixed(channels * groups)
        else {
            require(false, "Conv", [x, kernel], "both need four axes, and the kernels the channels of a group")
            return x
        }
        let spatial = (2..<4).map { axis -> Dimension in
            guard let size = x.shape[axis].size, let window = kernel.shape[axis].size else {
                return .symbol("\(x.shape[axis])/\(stride)")
            }
            let padded = size + 2 * padding
            require(padded >= window, "Conv", [x, kernel], "the picture must be at least as large as the kernel")
            return .fixed(max(0, (padded - window) / stride + 1))
        }
        var attributes: [Onnx_AttributeProto] = [.ints("strides", [stride, stride])]
        if padding > 0 { attributes.append(.ints("pads", Array(repeating: padding, count: 4))) }
        if groups > 1 { attributes.append(.int("group", groups)) }
        return node(
            "Conv", bias.map { [x, kernel, $0] } ?? [x, kernel], attributes,
            shape: [x.shape[0], kernel.shape[0]] + spatial)
    }

    /// The mean along an axis, which stays with length one: [B, T, C] → [B, 1, C] for axis 1.
    public func mean(_ x: Value, axis: Int) -> Value {
        guard x.shape.indices.contains(axis) else {
            require(false, "ReduceMean", [x], "there is no axis \(axis)")
            return x
        }
        var shape = x.shape
        shape[axis] = 1
        return node("ReduceMean", [x, constant([axis])], [.int("keepdims", 1)], shape: shape)
    }
}
