import Networks
import ONNXGraph

/// The encoder of a T5 language model, over the picture and the prompt behind it, together with the keys and values that
/// the decoder's layers make of what it gives: they are the same in all steps.
struct T5Encoder {
    let configuration: T5Configuration

    struct Inputs {
        /// Float [B, Q, H]: the picture.
        let imageEmbeddings: Value
        /// int64 [B, T]: token ids behind the picture.
        let tokens: Value
        /// int64 [Q+T, Q+T]: the bucket of the distance between two positions.
        let positionBuckets: Value
    }

    struct Outputs {
        /// [B, Q+T, H]: the hidden states after the last norm.
        let hiddenState: Value
        /// For each layer of the decoder the keys and values of its cross-attention, [B, heads, Q+T, D] each.
        let layers: [(key: Value, value: Value)]
    }

    func describe(in network: Network, _ inputs: Inputs) throws -> Outputs {
        let graph = network.graph
        let t5 = T5Network(configuration: configuration, network: network)
        let words = try network.rows(of: t5.table("shared"), inputs.tokens)
        var hidden = graph.concat([inputs.imageEmbeddings, words], axis: 1)  // [B, Q+T, H]
        let bias = graph.cast(
            graph.unsqueezed(
                graph.transpose(try t5.positionBias(inputs.positionBuckets, "encoder"), [2, 0, 1]), axis: 0),
            to: network.cacheType)
        for layer in 0..<configuration.encoderLayerCount {
            hidden = try graph.scope("encoder.block.\(layer)") {
                try block(t5, hidden, bias, "language_model.encoder.block.\(layer)")  // [B, Q+T, H]
            }
        }
        let normed = try t5.norm(hidden, "language_model.encoder.final_layer_norm")
        let layers = try (0..<configuration.decoderLayerCount).map { layer in
            let name = "language_model.decoder.block.\(layer).layer.1.EncDecAttention"
            return (
                heads(try t5.projection(normed, "\(name).k"), in: graph),
                heads(try t5.projection(normed, "\(name).v"), in: graph)
            )
        }
        return Outputs(hiddenState: network.normalized(normed), layers: layers)
    }

    private func block(_ t5: T5Network, _ input: Value, _ bias: Value, _ name: String) throws -> Value {
        let attention = "\(name).layer.0.SelfAttention"
        let normed = try t5.norm(input, "\(name).layer.0.layer_norm")
        let attended = t5.graph.multiHeadAttention(
            query: try t5.projection(normed, "\(attention).q"), key: try t5.projection(normed, "\(attention).k"),
            value: try t5.projection(normed, "\(attention).v"), heads: configuration.headCount, bias: bias, scale: 1)
        let hidden = try t5.output(attended, "\(attention).o", residual: input)
        return try t5.feedForward(hidden, "\(name).layer.1")
    }

    /// [B, L, heads × D] → [B, heads, L, D].
    private func heads(_ x: Value, in graph: Graph) -> Value {
        let split = graph.reshape(
            x, [x.shape[0], x.shape[1], .fixed(configuration.headCount), .fixed(configuration.headSize)])
        return graph.transpose(split, [0, 2, 1, 3])
    }
}
