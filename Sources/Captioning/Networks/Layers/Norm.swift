package import Checkpoint
package import ONNXGraph

/// A normalisation over the last axis, with its tensors in the checkpoint.
package struct Norm {
    package enum Kind {
        /// To mean 0 and variance 1.
        case layer
        /// To mean square 1.
        case rootMeanSquare
    }

    package let kind: Kind
    package let width: Int
    package let epsilon: Double
    /// [width]; nil for ones.
    package let gain: StoredTensor?
    /// [width]; nil for zeros.
    package let shift: StoredTensor?

    /// - Parameter migration: the factors that the following layer takes out of its results.
    package func fused(in graph: Graph, _ migration: ScaleMigration? = nil) -> Graph.FusedNorm {
        let gain = graph.weight(
            migration?.divided(self.gain, as: "gain") ?? self.gain.map { .stored($0) } ?? .ones(width))
        let shift = self.shift.map { graph.weight(migration?.divided($0, as: "shift") ?? .stored($0)) }
        return switch kind {
        case .layer: .layer(gain: gain, shift: shift, epsilon: epsilon)
        case .rootMeanSquare: .rootMeanSquare(gain: gain, epsilon: epsilon)
        }
    }
}

/// A value and a pending normalisation, which a linear layer may compute itself.
package struct Normalized {
    package let value: Value
    package let norm: Norm?
    /// A normalisation that is done, and which the value has its outliers from.
    package var applied: Norm?

    package init(value: Value, norm: Norm?, applied: Norm? = nil) {
        self.value = value
        self.norm = norm
        self.applied = applied
    }
}
