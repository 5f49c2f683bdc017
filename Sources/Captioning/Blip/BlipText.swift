import Checkpoint
import Networks
import ONNXGraph

/// BLIP's text networks: BERTs whose layers look, behind their self-attention, at what the picture or a question gave.
///
/// Source: transformers, `modeling_blip_text.py`, after Salesforce's `med.py`.
struct BlipText {
    private let configuration: BlipTextConfiguration
    /// Width of the picture's hidden states.
    private let imageWidth: Int
    private let task: BlipConfiguration.Task
    private let network: Network
    private let layer: BERTLayer

    private var graph: Graph { network.graph }
    private var width: Int { configuration.hiddenSize }

    init(_ configuration: BlipConfiguration, _ network: Network) {
        let text = configuration.text
        self.configuration = text
        imageWidth = configuration.vision.hiddenSize
        task = configuration.task
        self.network = network
        layer = BERTLayer(
            width: text.hiddenSize, headCount: text.headCount, innerWidth: text.intermediateSize,
            activation: text.activation, layerNormEpsilon: text.layerNormEpsilon)
    }

    /// Words and their positions: int64 [B, T] each → [B, T, H].
    private func embed(_ tokens: Value, _ positions: Value, _ name: String) throws -> Value {
        let words = try network.rows(of: table("\(name).word_embeddings.weight"), tokens)
        let places = graph.gather(
            try network.parameter("\(name).position_embeddings.weight", [configuration.maximumPositions, width]),
            positions)
        return try layer.norm(in: network, graph.add(words, places), "\(name).LayerNorm")
    }

    private func table(_ name: String) -> EmbeddingTable {
        EmbeddingTable(name: name, tokens: configuration.vocabularySize, width: width)
    }

    // MARK: What the decoder looks at

    /// Reads a question in both directions, and the picture beside it: [B, L, H].
    /// - Parameters:
    ///   - tokens: int64 [B, L].
    ///   - mask: int32 [B, L], 0 for padding.
    ///   - imageStates: [B, S, Hv].
    func encodeQuestion(_ tokens: Value, mask: Value, imageStates: Normalized) throws -> Value {
        let positions = graph.unsqueezed(graph.indices(alongAxis: 1, of: tokens), axis: 0)
        var hidden = try embed(tokens, positions, "text_encoder.embeddings")  // [B, L, H]
        for index in 0..<configuration.layerCount {
            hidden = try graph.scope("text_encoder.layer.\(index)") {
                let name = "text_encoder.encoder.layer.\(index)"
                let attended = try layer.attention(
                    in: network, hidden, over: Normalized(value: hidden, norm: nil), width, mask: mask,
                    .init("\(name).attention", inner: "self"))
                let crossed = try layer.attention(
                    in: network, attended, over: imageStates, imageWidth,
                    .init("\(name).crossattention", inner: "self"))
                return try layer.feedForward(in: network, crossed, "\(name).intermediate", "\(name).output")
            }  // [B, L, H]
        }
        return hidden
    }

    /// What the cross-attention of each layer of the decoder makes of what it looks at: [B, S, heads × D] each.
    /// - Parameter states: [B, S, Hv] of a picture, [B, L, H] of a question.
    func crossKeysAndValues(of states: Normalized) throws -> [(key: Value, value: Value)] {
        try (0..<configuration.layerCount).map { index in
            let name = "text_decoder.bert.encoder.layer.\(index).crossattention.self"
            func projection(_ part: String) throws -> Value {
                let layer = try network.layer("\(name).\(part)", from: imageWidth, to: width)
                return network.projections(states, [layer])[0].value
            }
            return (try projection("key"), try projection("value"))
        }
    }

    // MARK: The decoder

    /// What a layer reads besides its input.
    struct LayerMemory {
        /// The keys and values before this step.
        let cache: Graph.AttentionCache
        /// [inputs, S, heads × D], from ``BlipText/crossKeysAndValues(of:)``.
        let crossKey: Value
        let crossValue: Value
    }

    /// - Parameters:
    ///   - tokens: int64 [B, T].
    ///   - positions: int64 [B, T].
    ///   - encoded: what each row looks at.
    /// - Returns: the logits of the token that follows, [B, V], and every layer's cache with the step's own.
    func decode(
        _ tokens: Value, _ positions: Value, over encoded: Network.Encoded, memory: [LayerMemory]
    ) throws -> (logits: Value, cache: [(key: Value, value: Value)]) {
        let name = "text_decoder.bert"
        var hidden = try embed(tokens, positions, "\(name).embeddings")  // [B, T, H]
        var caches: [(key: Value, value: Value)] = []
        for (index, memory) in memory.enumerated() {
            hidden = try graph.scope("text_decoder.layer.\(index)") {
                let name = "\(name).encoder.layer.\(index)"
                let attended = try selfAttention(hidden, memory.cache, "\(name).attention", &caches)
                let crossed = try crossAttention(attended, memory, encoded, "\(name).crossattention")
                return try layer.feedForward(in: network, crossed, "\(name).intermediate", "\(name).output")
            }  // [B, T, H]
        }
        return (try logits(graph.last(hidden, axis: 1)), caches)
    }

    private func selfAttention(
        _ input: Value, _ cache: Graph.AttentionCache, _ name: String, _ caches: inout [(key: Value, value: Value)]
    ) throws -> Value {
        let layers = try ["query", "key", "value"].map {
            try network.layer("\(name).self.\($0)", from: width, to: width)
        }
        let attended = network.cachedAttention(
            network.projections(Normalized(value: input, norm: nil), layers), cache: cache,
            heads: configuration.headCount, headSize: configuration.headSize,
            scale: 1 / Double(configuration.headSize).squareRoot())
        caches.append((attended.key, attended.value))
        return try output(attended.output, "\(name).output", residual: input)  // [B, T, H]
    }

    private func crossAttention(
        _ input: Value, _ memory: LayerMemory, _ encoded: Network.Encoded, _ name: String
    ) throws -> Value {
        let query = network.projections(
            Normalized(value: input, norm: nil), [try network.layer("\(name).self.query", from: width, to: width)])
        let attended = network.crossAttention(
            query[0], key: memory.crossKey, value: memory.crossValue, of: encoded, heads: configuration.headCount,
            headSize: configuration.headSize)
        return try output(attended, "\(name).output", residual: input)  // [B, T, H]
    }

    private func output(_ x: Value, _ name: String, residual: Value) throws -> Value {
        let projected = try network.linear(x, "\(name).dense", from: width, to: width, residual: residual)
        return try layer.norm(in: network, projected, "\(name).LayerNorm")
    }

    /// [B, H] → [B, V].
    private func logits(_ last: Value) throws -> Value {
        let name = "text_decoder.cls.predictions"
        let transformed = try network.linear(
            last, "\(name).transform.dense", from: width, to: width, activation: configuration.activation)
        let normed = try network.layerNorm(
            transformed, "\(name).transform.LayerNorm", width, epsilon: configuration.layerNormEpsilon)
        let head = try network.headTable(
            table("\(name).decoder.weight"), tiedTo: table("text_decoder.bert.embeddings.word_embeddings.weight"),
            isTied: configuration.tiesWordEmbeddings)
        // Where the two are tied, a checkpoint may hold either.
        let (tied, own) = ("\(name).bias", "\(name).decoder.bias")
        let isOwn =
            !configuration.tiesWordEmbeddings || (network.weights.contains(own) && !network.weights.contains(tied))
        return graph.add(
            try network.scores(normed, head),
            try network.parameter(isOwn ? own : tied, [configuration.vocabularySize]))
    }
}

extension BlipTextConfiguration {
    /// Width of one head in the key/value cache.
    var cacheHeadSize: Int { Network.cacheHeadSize(headSize) }
}
