package import ONNXGraph

extension Network {
    /// Attention over all keys: [B, T, heads × D].
    /// - Parameter mask: int32 [B, S], 0 for keys that do not count; all do by default.
    package func attention(
        query: Graph.Heads, key: Graph.Heads, value: Graph.Heads, heads: Int, headSize: Int, mask: Value? = nil
    ) -> Value {
        switch (format, mask) {
        case (.float32, _), (.float16, _):
            return graph.multiHeadAttention(
                query: query.value, key: key.value, value: value.value, heads: heads, mask: mask)
        case (.quantized, nil):
            return graph.attention(
                query: query, key: key, value: value, heads: heads, headSize: headSize,
                scale: 1 / Double(headSize).squareRoot())
        case (.quantized, _):
            // Our own operator does not support masks.
            let parts = [query, key, value].map {
                graph.slice($0.value, axis: 2, from: $0.start, to: $0.start + heads * headSize)
            }
            return graph.multiHeadAttention(query: parts[0], key: parts[1], value: parts[2], heads: heads, mask: mask)
        }
    }

    /// The head size of a KV cache: ONNX Runtime's attention needs a multiple of 8, so other sizes are padded with
    /// zeros.
    package static func cacheHeadSize(_ headSize: Int) -> Int { (headSize + 7) / 8 * 8 }

    /// Causal attention over a key/value cache and the new tokens: [B, T, heads × D], and the cache with them.
    /// - Parameter bias: what is added to the scores, [B, heads, T, longest row]; none by default.
    package func cachedAttention(
        _ projections: [Graph.Heads], cache: Graph.AttentionCache, heads: Int, headSize: Int, scale: Double,
        bias: Value? = nil
    ) -> (output: Value, key: Value, value: Value) {
        switch format {
        case .float32, .float16:
            let padded = projections.map { self.padded($0.value, heads: heads, headSize: headSize) }
            let attended = graph.groupQueryAttention(
                query: padded[0], key: padded[1], value: padded[2], cache: cache, heads: heads, scale: scale,
                bias: bias)
            return (trimmed(attended.output, heads: heads, headSize: headSize), attended.key, attended.value)
        case .quantized:
            return graph.cachedAttention(
                query: projections[0], key: projections[1], value: projections[2], cache: cache, heads: heads,
                headSize: headSize, scale: scale, bias: bias)
        }
    }

    /// What a decoder's cross-attention looks at.
    package struct Encoded {
        /// int32 [B]: the input of the encoder that each row looks at, which several rows may share.
        package let sources: Value
        /// int32 [B]: how many of its positions count.
        package let lengths: Value

        package init(sources: Value, lengths: Value) {
            (self.sources, self.lengths) = (sources, lengths)
        }
    }

    /// Attention of new tokens over keys and values that an encoder gave: [B, T, heads × D].
    /// - Parameters:
    ///   - query: [B, T, heads × D].
    ///   - key: [inputs, S, heads × D]; likewise `value`.
    package func crossAttention(
        _ query: Graph.Heads, key: Value, value: Value, of encoded: Encoded, heads: Int, headSize: Int
    ) -> Value {
        let scale = 1 / Double(headSize).squareRoot()
        if case .quantized = format {
            return graph.crossAttention(
                query: query, key: key, value: value, sources: encoded.sources, lengths: encoded.lengths, heads: heads,
                headSize: headSize, scale: scale)
        }
        let sources = graph.cast(encoded.sources, to: .int64)
        let (key, value) = (graph.gather(key, sources), graph.gather(value, sources))  // [B, S, heads × D]
        let last = graph.add(graph.cast(encoded.lengths, to: .int64), graph.constant([-1]))
        let places = graph.indices(alongAxis: 1, of: key)
        let batch = query.value.shape[0]
        guard format == .float16 else {
            let counts = graph.isAtMost(places, graph.reshape(last, [batch, 1]), shape: [batch, key.shape[1]])
            return graph.multiHeadAttention(
                query: query.value, key: key, value: value, heads: heads, mask: graph.cast(counts, to: .int32))
        }
        // In half precision scores are 32-bit floats.
        let counts = graph.isAtMost(
            places, graph.reshape(last, [batch, 1, 1, 1]), shape: [batch, 1, 1, key.shape[1]])
        let tokens = query.value.shape[1]
        func split(_ x: Value, _ order: [Int]) -> Value {
            graph.transpose(graph.reshape(x, [batch, x.shape[1], .fixed(heads), .fixed(headSize)]), order)
        }
        let products = graph.stackedMatMul(
            split(query.value, [0, 2, 1, 3]), split(key, [0, 2, 3, 1]))  // [B, heads, T, S]
        let scores = graph.multiply(graph.cast(products, to: .float32), graph.constant(Float(scale)))
        let probabilities = graph.softmax(graph.unmasked(scores, where: counts))
        let attended = graph.stackedMatMul(
            graph.cast(probabilities, to: .float16), split(value, [0, 2, 1, 3]))
        return graph.reshape(graph.transpose(attended, [0, 2, 1, 3]), [batch, tokens, .fixed(heads * headSize)])
    }

    /// [B, T, heads × D] → [B, T, heads × D'], zeros behind each head.
    package func padded(_ x: Value, heads: Int, headSize: Int) -> Value {
        let size = Self.cacheHeadSize(headSize)
        guard size != headSize else { return x }
        let split = graph.reshape(x, [x.shape[0], x.shape[1], .fixed(heads), .fixed(headSize)])
        return graph.reshape(graph.padded(split, to: size), [x.shape[0], x.shape[1], .fixed(heads * size)])
    }

    /// [B, T, heads × D'] → [B, T, heads × D].
    package func trimmed(_ x: Value, heads: Int, headSize: Int) -> Value {
        let size = Self.cacheHeadSize(headSize)
        guard size != headSize else { return x }
        let split = graph.reshape(x, [x.shape[0], x.shape[1], .fixed(heads), .fixed(size)])
        return graph.reshape(
            graph.slice(split, axis: 3, from: 0, to: headSize), [x.shape[0], x.shape[1], .fixed(heads * headSize)])
    }
}
