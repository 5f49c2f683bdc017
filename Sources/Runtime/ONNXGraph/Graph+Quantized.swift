/// The operators of the module COperators, which a session of the ONNXRuntime module knows.
extension Graph {
    /// The domain of the project's own operators.
    static let own = "image_to_song"

    /// What a packed matrix of weights [outputs, inputs] is; see CKernels.h.
    public struct QuantizedMatrix: Sendable, Hashable {
        public let outputs: Int
        public let inputs: Int
        /// 4 or 8.
        public let bits: Int
        /// Neighbouring inputs that share a scale.
        public let block: Int

        public init(outputs: Int, inputs: Int, bits: Int, block: Int) {
            self.outputs = outputs
            self.inputs = inputs
            self.bits = bits
            self.block = block
        }

        fileprivate var attributes: [Onnx_AttributeProto] {
            [.int("outputs", outputs), .int("inputs", inputs), .int("bits", bits), .int("block", block)]
        }
    }

    /// What a quantised layer can do with its sums; the raw values are the operator's.
    public enum FusedActivation: Int, Sendable {
        case identity = 0
        case relu = 1
        /// The exact one, with the error function.
        case gelu = 2
    }

    /// What a quantised layer can do to each row of its inputs.
    public enum FusedNorm: Sendable {
        /// To mean 0 and variance 1, then gain and shift, [inputs] each.
        case layer(gain: Value, shift: Value?, epsilon: Double)
        /// To mean square 1, then the gain.
        case rootMeanSquare(gain: Value, epsilon: Double)

        fileprivate var kind: Int {
            switch self {
            case .layer: 1
            case .rootMeanSquare: 2
            }
        }

        fileprivate var parts: (gain: Value, shift: Value?, epsilon: Double) {
            switch self {
            case .layer(let gain, let shift, let epsilon): (gain, shift, epsilon)
            case .rootMeanSquare(let gain, let epsilon): (gain, nil, epsilon)
            }
        }
    }

    /// activation(norm(x)·Wᵀ + bias) + residual: [..., inputs] → [..., outputs].
    /// - Parameters:
    ///   - panels: uint8, the packed weights.
    ///   - bias: [outputs].
    ///   - residual: [..., outputs].
    public func quantizedLinear(
        _ x: Value, norm: FusedNorm? = nil, panels: Value, _ matrix: QuantizedMatrix, bias: Value? = nil,
        activation: FusedActivation = .identity, residual: Value? = nil
    ) -> Value {
        let shape: [Dimension] = x.shape.dropLast() + [.fixed(matrix.outputs)]
        let parts = norm?.parts
        require(
            x.shape.last == .fixed(matrix.inputs) && panels.elementType == .uint8
                && (bias == nil || bias?.shape == [.fixed(matrix.outputs)])
                && (residual == nil || residual?.shape == shape)
                && (parts == nil || parts?.gain.shape == [.fixed(matrix.inputs)]),
            "QuantizedLinear", [x, panels], "the last axis must be the layer's inputs, bias and residual its outputs")
        return node(
            "QuantizedLinear", [x, panels, bias, residual, parts?.gain, parts?.shift],
            matrix.attributes + [
                .int("activation", activation.rawValue), .int("norm", norm?.kind ?? 0),
                .float("epsilon", Float(parts?.epsilon ?? 0)),
            ], domain: Self.own, outputs: [(.float32, shape)])[0]
    }

    /// Two layers as one, so that what lies between them is never held as floats; the first's outputs are the second's inputs.
    /// - Parameters:
    ///   - first: the packed weights of the first layer, and its bias.
    ///   - second: those of the second; its block must be a multiple of 32, or no less than its inputs.
    ///   - activation: between the two.
    public func quantizedFeedForward(
        _ x: Value, norm: FusedNorm? = nil, first: QuantizedLayer, second: QuantizedLayer,
        activation: FusedActivation, residual: Value? = nil
    ) -> Value {
        let shape: [Dimension] = x.shape.dropLast() + [.fixed(second.matrix.outputs)]
        let parts = norm?.parts
        require(
            x.shape.last == .fixed(first.matrix.inputs) && first.matrix.outputs == second.matrix.inputs
                && first.matrix.bits == second.matrix.bits && (residual == nil || residual?.shape == shape),
            "QuantizedFeedForward", [x, first.panels, second.panels], "each layer must take what comes before it")
        let attributes: [Onnx_AttributeProto] = [
            .int("outputs", second.matrix.outputs), .int("hidden", first.matrix.outputs),
            .int("inputs", first.matrix.inputs), .int("bits", first.matrix.bits), .int("block", first.matrix.block),
            .int("hidden_block", second.matrix.block), .int("activation", activation.rawValue),
            .int("norm", norm?.kind ?? 0), .float("epsilon", Float(parts?.epsilon ?? 0)),
        ]
        return node(
            "QuantizedFeedForward",
            [x, first.panels, second.panels, first.bias, second.bias, residual, parts?.gain, parts?.shift],
            attributes, domain: Self.own, outputs: [(.float32, shape)])[0]
    }

    /// The packed weights of a layer and its bias, [outputs] or none.
    public struct QuantizedLayer {
        public let panels: Value
        public let matrix: QuantizedMatrix
        public let bias: Value?

        public init(panels: Value, matrix: QuantizedMatrix, bias: Value?) {
            self.panels = panels
            self.matrix = matrix
            self.bias = bias
        }
    }

    /// The rows of a packed matrix that indices [...] name: [..., inputs].
    public func quantizedRows(_ indices: Value, panels: Value, _ matrix: QuantizedMatrix) -> Value {
        require(
            indices.elementType == .int64 && panels.elementType == .uint8, "QuantizedRows", [indices, panels],
            "64-bit indices and packed weights are needed")
        return node(
            "QuantizedRows", [indices, panels], matrix.attributes, domain: Self.own,
            outputs: [(.float32, indices.shape + [.fixed(matrix.inputs)])])[0]
    }
}
