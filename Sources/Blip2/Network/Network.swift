import Checkpoint
import ONNXGraph

/// A graph under description, together with the checkpoint whose tensors are its weights.
///
/// The layers that all parts of BLIP-2 are made of. Every tensor is asked for by the name it has in the checkpoint,
/// with the shape that the configuration implies; one that is missing or of another shape throws `CheckpointError`.
struct Network {
    let graph: Graph
    let weights: Weights

    init(name: String, weights: Weights) {
        graph = Graph(name: name)
        self.weights = weights
    }

    /// A tensor of the checkpoint as it is stored.
    func parameter(_ name: String, _ shape: [Int]) throws -> Value {
        graph.weight(.stored(try weights.tensor(name, shape: shape)))
    }

    /// y = x·Wᵀ + b: [..., inputs] → [..., outputs].
    func linear(_ x: Value, _ name: String, from inputs: Int, to outputs: Int, bias: Bool = true) throws -> Value {
        let weight = graph.weight(.transposed(try weights.tensor("\(name).weight", shape: [outputs, inputs])))
        let product = graph.matMul(x, weight)  // [..., outputs]
        return bias ? graph.add(product, try parameter("\(name).bias", [outputs])) : product
    }

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
    func activation(_ x: Value, _ activation: Activation) -> Value {
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
