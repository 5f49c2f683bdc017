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

    /// Attention of new tokens over keys and values that an encoder gave: [B, T, heads × D].
    /// - Parameters:
    ///   - query: [B, T, heads × D].
    ///   - key: [B, heads, S, D]; likewise `value`.
    ///   - mask: float [B, 1, T, S], 0 for what counts and -∞ for what does not.
    package func crossAttention(
        _ query: Value, key: Value, value: Value, heads: Int, headSize: Int, mask: Value
    ) -> Value {
        guard format == .float16 else {
            return graph.multiHeadAttention(query: query, key: key, value: value, heads: heads, bias: mask)
        }
        // In half precision scores are 32-bit floats.
        let split = graph.transpose(
            graph.reshape(query, [query.shape[0], query.shape[1], .fixed(heads), .fixed(headSize)]), [0, 2, 1, 3])
        let products = graph.stackedMatMul(split, graph.transpose(key, [0, 1, 3, 2]))  // [B, heads, T, S]
        let scale = graph.constant(1 / Float(headSize).squareRoot())
        let scores = graph.add(graph.multiply(graph.cast(products, to: .float32), scale), mask)
        let attended = graph.stackedMatMul(graph.cast(graph.softmax(scores), to: .float16), value)
        return graph.reshape(
            graph.transpose(attended, [0, 2, 1, 3]), [query.shape[0], query.shape[1], .fixed(heads * headSize)])
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
