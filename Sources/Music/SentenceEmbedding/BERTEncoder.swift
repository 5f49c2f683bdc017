import Checkpoint
import Networks
import ONNXGraph

/// A BERT (Devlin et al. 2018, arXiv:1810.04805), and behind it what makes one vector of its tokens
/// (Reimers & Gurevych 2019, arXiv:1908.10084).
struct BERTEncoder {
    /// The name of the graph.
    static let graphName = "sentence"

    let configuration: BERTConfiguration

    private var layer: BERTLayer {
        BERTLayer(
            width: configuration.hiddenSize, headCount: configuration.headCount,
            innerWidth: configuration.intermediateSize, activation: configuration.activation,
            layerNormEpsilon: configuration.layerNormEpsilon)
    }

    /// `input_ids` [B, T], `attention_mask` [B, T] and `pooling_weights` [B, T] → `embedding` [B, H].
    ///
    /// The mask is 0 for what shorter texts are filled up with. The weights say how much each token counts in the vector, so
    /// that one graph does for every way of pooling that weighs tokens.
    /// - Throws: `CheckpointError` for a tensor that is missing or has another shape.
    func describe(weights: Weights, format: WeightFormat) throws -> Graph {
        let network = Network(name: Self.graphName, weights: weights, format: format)
        let graph = network.graph
        let tokens = graph.input("input_ids", .int64, ["batch", "tokens"])
        let mask = graph.input("attention_mask", .int32, ["batch", "tokens"])
        let poolingWeights = graph.input("pooling_weights", .float32, ["batch", "tokens"])

        var hidden = try embeddings(network, tokens)  // [B, T, H]
        for index in 0..<configuration.layerCount {
            hidden = try graph.scope("layer.\(index)") {
                try describeLayer(network, hidden, mask, index)  // [B, T, H]
            }
        }
        let pooled = graph.stackedMatMul(graph.unsqueezed(poolingWeights, axis: 1), hidden)  // [B, 1, H]
        let vector = graph.reshape(pooled, ["batch", .fixed(configuration.hiddenSize)])  // [B, H]
        graph.output(graph.unitLength(vector), as: "embedding")
        return graph
    }

    /// Every token's row, that of first texts, and that of its position, normalised.
    private func embeddings(_ network: Network, _ tokens: Value) throws -> Value {
        let (graph, width, name) = (network.graph, configuration.hiddenSize, "embeddings")
        let words = try network.rows(
            of: EmbeddingTable(
                name: "\(name).word_embeddings.weight", tokens: configuration.vocabularySize, width: width), tokens)
        let types = try network.parameter("\(name).token_type_embeddings.weight", [configuration.typeCount, width])
        let positions = try network.parameter(
            "\(name).position_embeddings.weight", [configuration.maximumPositions, width])
        let typed = graph.add(words, graph.slice(types, axis: 0, from: 0, to: 1))  // [B, T, H]
        let placed = graph.add(typed, graph.beginning(positions, axis: 0, asLongAs: 1, of: tokens))  // [B, T, H]
        return try layer.norm(in: network, placed, "\(name).LayerNorm")
    }

    private func describeLayer(_ network: Network, _ input: Value, _ mask: Value, _ index: Int) throws -> Value {
        let name = "encoder.layer.\(index)"
        let hidden = try layer.attention(
            in: network, input, over: Normalized(value: input, norm: nil), configuration.hiddenSize, mask: mask,
            .init("\(name).attention", inner: "self"))
        return try layer.feedForward(in: network, hidden, "\(name).intermediate", "\(name).output")
    }
}
