import Networks
import ONNXGraph

/// The encoder, over the picture and the prompt behind it, together with the keys and values that the decoder's layers make of
/// what it gives: they are the same in all steps.
struct BARTEncoder {
    let configuration: Florence2Configuration

    struct Inputs {
        /// Float [B, Q, H]: the picture.
        let imageEmbeddings: Value
        /// int64 [B, T]: token ids behind the picture.
        let tokens: Value
        /// int64 [Q+T]: 0, 1, …
        let positions: Value
    }

    struct Outputs {
        /// [B, Q+T, H].
        let hidden: Value
        /// For each layer of the decoder the keys and values of its cross-attention, [B, Q+T, heads × D] each.
        let cross: [(key: Value, value: Value)]
    }

    func describe(in network: Network, _ inputs: Inputs) throws -> Outputs {
        let (graph, text) = (network.graph, configuration.text)
        let bart = BARTNetwork(
            configuration: text, tiesWordEmbeddings: configuration.tiesWordEmbeddings, network: network)
        let words = try bart.words(inputs.tokens, bart.encoderTable())
        var hidden = try bart.embedded(
            graph.concat([inputs.imageEmbeddings, words], axis: 1), positions: inputs.positions, "encoder"
        )  // [B, Q+T, H]
        for index in 0..<text.encoderLayerCount {
            hidden = try graph.scope("encoder.layers.\(index)") {
                let name = BARTNetwork.layer("encoder", index)
                let heads = try bart.projections(hidden, "\(name).self_attn", ["q_proj", "k_proj", "v_proj"])
                let attended = network.attention(
                    query: heads[0], key: heads[1], value: heads[2], heads: text.encoderHeadCount,
                    headSize: text.hiddenSize / text.encoderHeadCount)
                let normed = try bart.attended(attended, residual: hidden, "\(name).self_attn")
                return try bart.feedForward(normed, text.encoderFeedForwardSize, name)  // [B, Q+T, H]
            }
        }
        let cross = try (0..<text.decoderLayerCount).map { index in
            let name = "\(BARTNetwork.layer("decoder", index)).encoder_attn"
            return (
                try bart.projections(hidden, name, ["k_proj"])[0].value,
                try bart.projections(hidden, name, ["v_proj"])[0].value
            )
        }
        return Outputs(hidden: network.normalized(hidden), cross: cross)
    }
}
