package import Checkpoint
package import ONNXGraph

/// A graph under description, together with the checkpoint whose tensors are its weights.
///
/// The layers that all parts of the models are made of. Every tensor is asked for by the name it has in the checkpoint,
/// with the shape that the configuration implies; one that is missing or of another shape throws `CheckpointError`.
package struct Network {
    package let graph: Graph
    package let weights: Weights
    /// How the matrices of linear layers are held.
    package let format: WeightFormat

    package init(name: String, weights: Weights, format: WeightFormat) {
        self.init(Graph(name: name), weights, format: format)
    }

    package init(_ graph: Graph, _ weights: Weights, format: WeightFormat) {
        self.graph = graph
        self.weights = weights
        self.format = format
    }

    /// A tensor of the checkpoint as it is stored.
    package func parameter(_ name: String, _ shape: [Int]) throws -> Value {
        graph.weight(.stored(try weights.tensor(name, shape: shape)))
    }

    // MARK: Normalisation

    /// Layer normalisation over the last axis; without an affine part, scale is one and bias is none.
    package func layerNorm(
        _ x: Value, _ name: String, _ width: Int, epsilon: Double, affine: Bool = true
    ) throws -> Normalized {
        Normalized(
            value: x,
            norm: Norm(
                kind: .layer, width: width, epsilon: epsilon,
                gain: affine ? try weights.tensor("\(name).weight", shape: [width]) : nil,
                shift: affine ? try weights.tensor("\(name).bias", shape: [width]) : nil))
    }

    /// Normalisation by the root mean square over the last axis.
    package func rootMeanSquareNorm(_ x: Value, _ name: String, _ width: Int, epsilon: Double) throws -> Normalized {
        Normalized(
            value: x,
            norm: Norm(
                kind: .rootMeanSquare, width: width, epsilon: epsilon,
                gain: try weights.tensor("\(name).weight", shape: [width]), shift: nil))
    }

    /// Finishes a normalisation, for uses other than a linear layer.
    package func normalized(_ x: Normalized) -> Value {
        switch x.norm?.fused(in: graph) {
        case .layer(let gain, let shift, let epsilon):
            graph.layerNormalization(x.value, scale: gain, bias: shift, epsilon: epsilon)
        case .rootMeanSquare(let gain, let epsilon):
            graph.rootMeanSquareNormalization(x.value, scale: gain, epsilon: epsilon)
        case nil: x.value
        }
    }

    // MARK: Linear layers

    /// y = activation(x·Wᵀ + b) + residual: [..., inputs] → [..., outputs].
    package func linear(
        _ x: Normalized, _ name: String, from inputs: Int, to outputs: Int, bias: Bool = true,
        activation: Activation = .linear, residual: Value? = nil
    ) throws -> Value {
        linear(x, try layer(name, from: inputs, to: outputs, bias: bias), activation: activation, residual: residual)
    }

    /// As above, without a normalisation before it.
    package func linear(
        _ x: Value, _ name: String, from inputs: Int, to outputs: Int, bias: Bool = true,
        activation: Activation = .linear, residual: Value? = nil
    ) throws -> Value {
        try linear(
            Normalized(value: x, norm: nil), name, from: inputs, to: outputs, bias: bias, activation: activation,
            residual: residual)
    }

    /// The tensors of a layer.
    package func layer(_ name: String, from inputs: Int, to outputs: Int, bias: Bool = true) throws -> LinearLayer {
        LinearLayer(
            [MatrixRows(try weights.tensor("\(name).weight", shape: [outputs, inputs]))],
            bias: [bias ? VectorPart(try weights.tensor("\(name).bias", shape: [outputs])) : nil])
    }

    /// The same with a layer whose tensors are at hand.
    package func linear(
        _ x: Normalized, _ layer: LinearLayer, activation: Activation = .linear, residual: Value? = nil
    ) -> Value {
        switch format {
        case .float16:
            return halfLinear(normalized(x), layer, activation: activation, residual: residual)
        case .float32:
            var result = graph.matMul(normalized(x), graph.weight(.transposed(layer.matrix)))  // [..., outputs]
            if let bias = layer.bias { result = graph.add(result, graph.weight(bias)) }
            result = self.activation(result, activation)
            return residual.map { graph.add(result, $0) } ?? result
        case .quantized(let bits, let block):
            let migration = ScaleMigration(x.norm ?? x.applied, layer.matrix, bits: bits)
            let isDone = x.norm == nil
            let input = isDone ? migration.map { graph.multiply(x.value, graph.weight($0.inverse)) } : nil
            let packed = PackedMatrix(layer.matrix, bits: bits, block: block, migration)
            let fused = activation.fused
            let result = graph.quantizedLinear(
                input ?? x.value, norm: x.norm?.fused(in: graph, migration), panels: graph.weight(packed.weight),
                packed.form, bias: layer.bias.map { graph.weight($0) },
                activation: fused ?? .identity, residual: fused == nil ? nil : residual)
            guard fused == nil else { return result }
            let activated = self.activation(result, activation)
            return residual.map { graph.add(activated, $0) } ?? activated
        }
    }

    /// Two layers with an activation between them, and the residual: [..., inputs] → [..., outputs].
    package func feedForward(
        _ x: Normalized, _ first: LinearLayer, _ activation: Activation, _ second: LinearLayer, residual: Value?
    ) -> Value {
        guard case .quantized(let bits, let block) = format, let fused = activation.fused else {
            let hidden =
                format == .float16
                ? halfLayer(normalized(x), first, activation) : linear(x, first, activation: activation, residual: nil)
            return linear(
                Normalized(value: hidden, norm: nil), second, activation: .linear, residual: residual)
        }
        let migration = ScaleMigration(x.norm, first.matrix, bits: bits)
        let layers = [(first, migration), (second, nil)].map { layer, migration in
            let packed = PackedMatrix(layer.matrix, bits: bits, block: block, migration)
            return Graph.QuantizedLayer(
                panels: graph.weight(packed.weight), matrix: packed.form, bias: layer.bias.map { graph.weight($0) })
        }
        return graph.quantizedFeedForward(
            x.value, norm: x.norm?.fused(in: graph, migration), first: layers[0], second: layers[1], activation: fused,
            residual: residual)
    }

    /// Layers over the same input, with the same number of heads: as one product if that is faster.
    package func projections(_ x: Normalized, _ layers: [LinearLayer]) -> [Graph.Heads] {
        switch format {
        case .float32:
            let input = Normalized(value: normalized(x), norm: nil)
            return layers.map { Graph.Heads(linear(input, $0, activation: .linear, residual: nil)) }
        case .float16:
            let input = half(normalized(x))
            return layers.map { Graph.Heads(halfLayer(input, $0)) }
        case .quantized:
            let joint = linear(x, LinearLayer(joining: layers), activation: .linear, residual: nil)
            var start = 0
            return layers.map { layer in
                defer { start += layer.matrix.count }
                return Graph.Heads(joint, start: start)
            }
        }
    }

    /// The element-wise function of a name in transformers' table of activations.
    package func activation(_ x: Value, _ activation: Activation) -> Value {
        switch activation {
        case .gelu: graph.gelu(x)
        case .geluTanh: graph.gelu(x, approximated: true)
        case .quickGELU: graph.multiply(x, graph.sigmoid(graph.multiply(x, graph.constant(1.702))))
        case .relu: graph.relu(x)
        case .relu2: graph.multiply(graph.relu(x), graph.relu(x))
        case .relu6: graph.clip(x, from: 0, to: 6)
        case .silu: graph.multiply(x, graph.sigmoid(x))
        case .sigmoid: graph.sigmoid(x)
        case .tanh: graph.tanh(x)
        case .linear: x
        }
    }
}

extension Activation {
    /// The activations that a quantised layer computes itself.
    fileprivate var fused: Graph.FusedActivation? {
        switch self {
        case .linear: .identity
        case .relu: .relu
        case .gelu: .gelu
        default: nil
        }
    }
}
