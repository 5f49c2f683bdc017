/// ONNX Runtime's fused attention operators, documented in
/// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
extension Graph {
    /// Scaled dot-product attention over all keys, without a mask (`com.microsoft.MultiHeadAttention`).
    /// - Parameters:
    ///   - query: [B, T, heads × D].
    ///   - key: [B, S, heads × D].
    ///   - value: [B, S, heads × D].
    /// - Returns: [B, T, heads × D]; scores are scaled by 1/√D.
    public func multiHeadAttention(query: Value, key: Value, value: Value, heads: Int) -> Value {
        require(
            query.rank == 3 && key.rank == 3 && query.shape.last == key.shape.last && key.shape == value.shape,
            "MultiHeadAttention", [query, key, value], "three axes are needed, keys and values alike")
        return node(
            "MultiHeadAttention", [query, key, value], [.int("num_heads", heads)], domain: Self.microsoft,
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
    /// - Returns: the attended values [B, T, heads × D], and the cache's keys and values with the new ones in place.
    public func groupQueryAttention(
        query: Value, key: Value, value: Value, cache: AttentionCache, heads: Int, scale: Double
    ) -> (output: Value, key: Value, value: Value) {
        require(
            query.rank == 3 && key.shape == query.shape && value.shape == query.shape && cache.key.rank == 4
                && cache.key.shape[1] == .fixed(heads) && cache.key.shape == cache.value.shape,
            "GroupQueryAttention", [query, key, value, cache.key, cache.value],
            "queries, keys and values must be alike, and the cache [B, heads, capacity, D]")
        let values = node(
            "GroupQueryAttention",
            [query, key, value, cache.key, cache.value, cache.lastPositions, cache.totalLength],
            [.int("num_heads", heads), .int("kv_num_heads", heads), .float("scale", Float(scale))],
            domain: Self.microsoft,
            outputs: [
                (query.elementType, query.shape), (key.elementType, cache.key.shape),
                (value.elementType, cache.value.shape),
            ])
        return (values[0], values[1], values[2])
    }
}
