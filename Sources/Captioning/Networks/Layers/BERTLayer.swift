package import ONNXGraph

/// A layer that normalises after each block: attention, then two linear layers, each with its residual
/// (Devlin et al. 2018, arXiv:1810.04805).
package struct BERTLayer {
    /// The names of a block's tensors, which differ between the models that have it.
    package struct AttentionNames {
        /// Before `.query`, `.key` and `.value`.
        let projections: String
        /// Before `.dense` and `.LayerNorm`.
        let output: String

        /// - Parameter inner: what the projections lie under, below `name`.
        package init(_ name: String, inner: String) {
            projections = "\(name).\(inner)"
            output = "\(name).output"
        }
    }

    package let width: Int
    package let headCount: Int
    /// Width between the two linear layers.
    package let innerWidth: Int
    package let activation: Activation
    package let layerNormEpsilon: Double

    package init(width: Int, headCount: Int, innerWidth: Int, activation: Activation, layerNormEpsilon: Double) {
        self.width = width
        self.headCount = headCount
        self.innerWidth = innerWidth
        self.activation = activation
        self.layerNormEpsilon = layerNormEpsilon
    }

    /// Attention of `queries` [B, T, H] over `states` [B, S, statesWidth], its residual and its norm: [B, T, H].
    /// - Parameter mask: int32 [B, S], 0 for states that do not count; all do by default.
    package func attention(
        in network: Network, _ queries: Value, over states: Normalized, _ statesWidth: Int, mask: Value? = nil,
        _ names: AttentionNames
    ) throws -> Value {
        let query = try network.layer("\(names.projections).query", from: width, to: width)
        let keyAndValue = try ["key", "value"].map {
            try network.layer("\(names.projections).\($0)", from: statesWidth, to: width)
        }
        let own = network.projections(Normalized(value: queries, norm: nil), [query])
        let other = network.projections(states, keyAndValue)
        let attended = network.attention(
            query: own[0], key: other[0], value: other[1], heads: headCount, headSize: width / headCount, mask: mask
        )  // [B, T, H]
        let projected = try network.linear(
            attended, "\(names.output).dense", from: width, to: width, residual: queries)
        return try norm(in: network, projected, "\(names.output).LayerNorm")
    }

    /// The two linear layers with their residual and their norm: [B, T, H].
    /// - Parameters:
    ///   - first: the name before `.dense` of the first.
    ///   - second: the name before `.dense` and `.LayerNorm` of the second.
    package func feedForward(in network: Network, _ x: Value, _ first: String, _ second: String) throws -> Value {
        let outer = network.feedForward(
            Normalized(value: x, norm: nil), try network.layer("\(first).dense", from: width, to: innerWidth),
            activation, try network.layer("\(second).dense", from: innerWidth, to: width), residual: x)
        return try norm(in: network, outer, "\(second).LayerNorm")
    }

    package func norm(in network: Network, _ x: Value, _ name: String) throws -> Value {
        network.normalized(try network.layerNorm(x, name, width, epsilon: layerNormEpsilon))
    }
}
