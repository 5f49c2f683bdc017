import Checkpoint
import ONNXGraph

/// A graph under description, together with the checkpoint whose tensors are its weights.
///
/// The layers that all parts of BLIP-2 are made of. Every tensor is asked for by the name it has in the checkpoint,
/// with the shape that the configuration implies; one that is missing or of another shape throws `CheckpointError`.
struct Network {
    let graph: Graph
    let weights: Weights
    /// How the matrices of linear layers are held.
    let format: WeightFormat

    init(name: String, weights: Weights, format: WeightFormat) {
        graph = Graph(name: name)
        self.weights = weights
        self.format = format
    }

    /// A tensor of the checkpoint as it is stored.
    func parameter(_ name: String, _ shape: [Int]) throws -> Value {
        graph.weight(.stored(try weights.tensor(name, shape: shape)))
    }

    // MARK: Linear layers

    /// y = activation(x·Wᵀ + b) + residual: [..., inputs] → [..., outputs].
    func linear(
        _ x: Value, _ name: String, from inputs: Int, to outputs: Int, bias: Bool = true,
        activation: Activation = .linear, residual: Value? = nil
    ) throws -> Value {
        let matrix = try MatrixRows(weights.tensor("\(name).weight", shape: [outputs, inputs]))
        return linear(
            x, matrix, bias: bias ? try parameter("\(name).bias", [outputs]) : nil, activation: activation,
            residual: residual)
    }

    /// As above, for a matrix [outputs, inputs] that may be part of a larger one.
    func linear(
        _ x: Value, _ matrix: MatrixRows, bias: Value?, activation: Activation = .linear, residual: Value? = nil
    ) -> Value {
        switch format {
        case .float32:
            var result = graph.matMul(x, graph.weight(.transposed(matrix)))  // [..., outputs]
            if let bias { result = graph.add(result, bias) }
            result = self.activation(result, activation)
            return residual.map { graph.add(result, $0) } ?? result
        case .quantized(let bits, let block):
            let packed = PackedMatrix(matrix, bits: bits, block: block)
            let fused = activation.fused
            let result = graph.quantizedLinear(
                x, panels: graph.weight(packed.weight), packed.form, bias: bias, activation: fused ?? .identity,
                residual: fused == nil ? nil : residual)
            guard fused == nil else { return result }
            let activated = self.activation(result, activation)
            return residual.map { graph.add(activated, $0) } ?? activated
        }
    }

    // MARK: Embedding tables

    /// A table with a row for each token, [tokens, width]. Looked up and multiplied with, it is held once.
    struct Table {
        let name: String
        let tokens: Int
        let width: Int
    }

    /// The rows of some tokens: [...] → [..., width].
    func rows(of table: Table, _ ids: Value) throws -> Value {
        guard let packed = try packed(table) else {
            return graph.gather(try parameter(table.name, [table.tokens, table.width]), ids)
        }
        return graph.quantizedRows(ids, panels: graph.weight(packed.weight), packed.form)
    }

    /// The score of each token: [B, width] → [B, tokens].
    func scores(_ x: Value, _ table: Table) throws -> Value {
        guard let packed = try packed(table) else {
            return graph.matMul(x, transposed: try parameter(table.name, [table.tokens, table.width]))
        }
        return graph.quantizedLinear(x, panels: graph.weight(packed.weight), packed.form)
    }

    /// Tables have 8 bits even where layers have 4: between two tokens, little decides.
    private func packed(_ table: Table) throws -> PackedMatrix? {
        guard case .quantized(_, let block) = format else { return nil }
        let tensor = try weights.tensor(table.name, shape: [table.tokens, table.width])
        return PackedMatrix(MatrixRows(tensor), bits: 8, block: block)
    }

    // MARK: Normalisation and activation

    /// Layer normalisation over the last axis; without an affine part, scale is one and bias is none.
    func layerNorm(_ x: Value, _ name: String, _ width: Int, epsilon: Double, affine: Bool = true) throws -> Value {
        guard affine else {
            return graph.layerNormalization(x, scale: graph.weight(.ones(width)), bias: nil, epsilon: epsilon)
        }
        return graph.layerNormalization(
            x, scale: try parameter("\(name).weight", [width]), bias: try parameter("\(name).bias", [width]),
            epsilon: epsilon)
    }

    /// The element-wise function of a name in transformers' table of activations.
    private func activation(_ x: Value, _ activation: Activation) -> Value {
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
    /// What a quantised layer does by itself.
    fileprivate var fused: Graph.FusedActivation? {
        switch self {
        case .linear: .identity
        case .relu: .relu
        case .gelu: .gelu
        default: nil
        }
    }
}
