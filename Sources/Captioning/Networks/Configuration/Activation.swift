package import Checkpoint

/// The function between the two linear layers of a feed-forward block.
///
/// Source: transformers, `ACT2FN` in `activations.py`.
public enum Activation: String, Sendable, CaseIterable {
    /// `x · Φ(x)`, with the error function.
    case gelu
    /// `0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))`.
    case geluTanh = "gelu_new"
    /// `x · sigmoid(1.702 · x)`.
    case quickGELU = "quick_gelu"
    case relu
    /// `max(x, 0)²`.
    case relu2
    /// `min(max(x, 0), 6)`.
    case relu6
    /// `x · sigmoid(x)`.
    case silu
    case sigmoid
    case tanh
    /// `x`.
    case linear

    /// transformers' other names for the same functions. The `tanh` forms differ only in rounding.
    package static let aliases: [String: Activation] = [
        "gelu_python": .gelu, "gelu_pytorch_tanh": .geluTanh, "gelu_python_tanh": .geluTanh, "gelu_fast": .geluTanh,
        "gelu_accurate": .geluTanh, "swish": .silu,
    ]

    /// The activation by any of transformers' names for it.
    public init?(name: String) {
        guard let activation = Activation(rawValue: name) ?? Self.aliases[name] else { return nil }
        self = activation
    }
}

extension ConfigurationFile {
    /// The activation that a key names, or the default where the key is left out.
    package func activation(_ key: String, default fallback: Activation) throws(CheckpointError) -> Activation {
        guard self[key] != nil else { return fallback }
        guard let name = try string(key), let activation = Activation(name: name) else {
            let names = Activation.allCases.map(\.rawValue) + Activation.aliases.keys
            throw invalid(key, "one of " + names.sorted().joined(separator: ", "))
        }
        return activation
    }
}
