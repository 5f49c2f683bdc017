/// ONNX Runtime's fused attention operators, documented in
/// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
extension Graph {
    /// Scaled dot-product attention over all keys (`com.microsoft.MultiHeadAttention`).
    /// - Parameters:
    ///   - query: [B, T, heads × D].
    ///   - key: [B, S, heads × D], or, as a cache holds it, [B, heads, S, D].
    ///   - value: as `key`.
    ///   - mask: int32 [B, S], 0 for keys that do not count; all do by default.
    ///   - bias: what is added to the scores, [B or 1, heads or 1, T, S]; none by default. -∞ masks a key.
    ///   - scale: what the scores are multiplied by before that; 1/√D by default.
    /// - Returns: [B, T, heads × D].
    public func multiHeadAttention(
        query: Value, key: Value, value: Value, heads: Int, mask: Value? = nil, bias: Value? = nil, scale: Double? = nil
    ) -> Value {
        let isCached = key.rank == 4 && key.shape[1] == .fixed(heads)
        require(
            query.rank == 3 && key.shape == value.shape && (isCached || query.shape.last == key.shape.last)
                && (isCached || key.rank == 3) && (bias == nil || bias?.rank == 4)
                && (mask == nil || (mask?.rank == 2 && mask?.elementType == .int32)),
            "MultiHeadAttention", [query, key, value], "three axes are needed, keys and values alike")
        return node(
            // Behind keys and values comes a bias of projections, which is left out.
            "MultiHeadAttention", [query, key, value, nil, mask, bias],
            [.int("num_heads", heads)] + (scale.map { [.float("scale", Float($0))] } ?? []), domain: Self.microsoft,
            outputs: [(query.elementType, query.shape)])[0]
    }

    /// Where attention finds the keys and values of earlier positions, and how many of them count.
    public struct AttentionCache {
        /// [B, heads, capacity, D], filled up to each row's length.
        public let key: Value
        /// [B, heads, capacity, D].
        public let value: Value
        /// int32 [B]: each row's length after this step, less one.
        public let lastPositions: Value
        /// int32 scalar: the longest row's length after this step.
        public let totalLength: Value

        public init(key: Value, value: Value, lastPositions: Value, totalLength: Value) {
            self.key = key
            self.value = value
            self.lastPositions = lastPositions
            self.totalLength = totalLength
        }
    }

    /// Causal attention over a key/value cache (`com.microsoft.GroupQueryAttention`).
    ///
    /// The new keys and values are written behind the old ones. When the caller binds `key` and `value` of the result
    /// to the memory of the cache's own, nothing is copied.
    /// - Parameters:
    ///   - query: [B, T, heads × D]; likewise `key` and `value`. D must be a multiple of 8.
    ///   - scale: what the scores are multiplied by.
    ///   - bias: what is added to the scores after that, [B, heads, T, longest row]; none by default.
    /// - Returns: the attended values [B, T, heads × D], and the cache's keys and values with the new ones in place.
    public func groupQueryAttention(
        query: Value, key: Value, value: Value, cache: AttentionCache, heads: Int, scale: Double,
        bias: Value? = nil
    ) -> (output: Value, key: Value, value: Value) {
        require(
            query.rank == 3 && key.shape == query.shape && value.shape == query.shape && cache.key.rank == 4
                && cache.key.shape[1] == .fixed(heads) && cache.key.shape == cache.value.shape,
            "GroupQueryAttention", [query, key, value, cache.key, cache.value],
            "queries, keys and values must be alike, and the cache [B, heads, capacity, D]")
        let values = node(
            "GroupQueryAttention",
            // Between the lengths and the bias come two tables of rotations and positions, which are left out.
            [query, key, value, cache.key, cache.value, cache.lastPositions, cache.totalLength]
                + (bias.map { [nil, nil, nil, $0] } ?? []),
            [.int("num_heads", heads), .int("kv_num_heads", heads), .float("scale", Float(scale))],
            domain: Self.microsoft,
            outputs: [
                (query.elementType, query.shape), (key.elementType, cache.key.shape),
                (value.elementType, cache.value.shape),
            ])
        return (values[0], values[1], values[2])
    }
}

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

    /// The same over the keys and values that an encoder gave for some inputs, each of which several rows may share:
    /// [B, T, heads × D].
    /// - Parameters:
    ///   - query: [B, T, ...].
    ///   - key: [inputs, capacity, heads × D]; likewise `value`.
    ///   - sources: int32 [B], the input that each row looks at.
    ///   - lengths: int32 [B], how many of its keys count, at least one.
    public func crossAttention(
        query: Heads, key: Value, value: Value, sources: Value, lengths: Value, heads: Int, headSize: Int, scale: Double
    ) -> Value {
        requireTokens([query], "CrossAttention")
        require(
            key.rank == 3 && key.shape == value.shape && key.shape[2] == .fixed(heads * headSize)
                && sources.elementType == .int32 && lengths.elementType == .int32,
            "CrossAttention", [key, value, sources, lengths], "keys and values must be [inputs, capacity, heads × D]")
        return node(
            "CrossAttention", [query.value, key, value, sources, lengths],
            [
                .int("heads", heads), .int("head_size", headSize), .float("scale", Float(scale)),
                .int("query_start", query.start),
            ], domain: Self.own,
            outputs: [(.float32, query.value.shape.prefix(2) + [.fixed(heads * headSize)])])[0]
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
