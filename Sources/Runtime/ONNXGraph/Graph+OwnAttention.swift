/// Attention by the operators of the module COperators.
extension Graph {
    /// The heads of queries, keys or values: neighbours in the last axis of a tensor that may hold more than them.
    public struct Heads: Sendable {
        /// [B, T, ...].
        public let value: Value
        /// Where the first head begins in the last axis.
        public let start: Int

        public init(_ value: Value, start: Int = 0) {
            self.value = value
            self.start = start
        }
    }

    /// softmax(scale · q·kᵀ)·v over all keys: [B, T, heads × D].
    public func attention(
        query: Heads, key: Heads, value: Heads, heads: Int, headSize: Int, scale: Double
    ) -> Value {
        requireTokens([query, key, value], "Attention")
        return node(
            "Attention", [query.value, key.value, value.value],
            attributes(query, key, value, heads, headSize, scale), domain: Self.own,
            outputs: [(.float32, query.value.shape.prefix(2) + [.fixed(heads * headSize)])])[0]
    }

    /// The same over a key/value cache and new tokens, which are put there; causal.
    ///
    /// Nothing is copied where the caller binds the new cache to the memory of the old one.
    /// - Parameter bias: what is added to the scores, [B, heads, T, longest row]; none by default.
    public func cachedAttention(
        query: Heads, key: Heads, value: Heads, cache: AttentionCache, heads: Int, headSize: Int, scale: Double,
        bias: Value? = nil
    ) -> (output: Value, key: Value, value: Value) {
        requireTokens([query, key, value], "CachedAttention")
        let values = node(
            "CachedAttention",
            [query.value, key.value, value.value, cache.key, cache.value, cache.lastPositions, bias],
            attributes(query, key, value, heads, headSize, scale), domain: Self.own,
            outputs: [
                (.float32, query.value.shape.prefix(2) + [.fixed(heads * headSize)]), (.float32, cache.key.shape),
                (.float32, cache.value.shape),
            ])
        return (values[0], values[1], values[2])
    }

    private func requireTokens(_ values: [Heads], _ operation: String) {
        require(values.allSatisfy { $0.value.rank == 3 }, operation, values.map(\.value), "three axes are needed")
    }

    private func attributes(
        _ query: Heads, _ key: Heads, _ value: Heads, _ heads: Int, _ headSize: Int, _ scale: Double
    ) -> [Onnx_AttributeProto] {
        [
            .int("heads", heads), .int("head_size", headSize), .float("scale", Float(scale)),
            .int("query_start", query.start), .int("key_start", key.start), .int("value_start", value.start),
        ]
    }
}
