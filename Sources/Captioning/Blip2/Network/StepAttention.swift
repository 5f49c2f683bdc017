import Networks
import ONNXGraph

/// Attention of one new token of each row in standard operators, half precision, and scores in 32-bit floats.
///
/// For T5 on a GPU: ONNX Runtime's `GroupQueryAttention` takes no bias of positions there.
struct StepAttention {
    let network: Network
    let heads: Int
    let headSize: Int
    /// Whether a place of the cache is that of the row's new token, [B, 1, capacity, 1].
    private let isNew: Value
    /// The bias of positions, -∞ behind a row's end, [B, heads, 1, longest row].
    private let bias: Value

    private var graph: Graph { network.graph }

    /// - Parameters:
    ///   - bias: [B, heads, 1, longest row].
    ///   - cache: of any layer.
    init(_ network: Network, bias: Value, cache: Graph.AttentionCache, heads: Int, headSize: Int) {
        let graph = network.graph
        let last = graph.reshape(
            graph.cast(cache.lastPositions, to: .int64), [cache.lastPositions.shape[0], 1, 1, 1])
        let capacity = cache.key.shape[2]
        let places = graph.unsqueezed(graph.indices(alongAxis: 2, of: cache.key), axis: 1)  // [capacity, 1]
        isNew = graph.isEqual(places, last, shape: [last.shape[0], 1, capacity, 1])
        let known = graph.isAtMost(
            graph.indices(alongAxis: 3, of: bias), last, shape: [last.shape[0], 1, 1, bias.shape[3]])
        self.bias = graph.unmasked(bias, where: known)
        self.network = network
        self.heads = heads
        self.headSize = headSize
    }

    /// Attention over the tokens so far and the new one: [B, 1, heads × D], and the cache with it.
    func own(
        _ projections: [Graph.Heads], _ cache: Graph.AttentionCache
    ) -> (output: Value, key: Value, value: Value) {
        let size = Network.cacheHeadSize(headSize)
        let parts = projections.map { split(network.padded($0.value, heads: heads, headSize: headSize), size) }
        let key = graph.select(isNew, parts[1], cache.key)
        let value = graph.select(isNew, parts[2], cache.value)
        let attended = attend(
            parts[0], graph.beginning(key, axis: 2, asLongAs: 3, of: bias),
            graph.beginning(value, axis: 2, asLongAs: 3, of: bias), bias)
        return (network.trimmed(joined(attended, size), heads: heads, headSize: headSize), key, value)
    }

    /// Attention over what the encoder gave: [B, 1, heads × D].
    /// - Parameters:
    ///   - key: [B, heads, S, D]; likewise `value`.
    ///   - mask: [B, 1, 1, S].
    func cross(_ query: Value, key: Value, value: Value, mask: Value) -> Value {
        joined(attend(split(query, headSize), key, value, mask), headSize)
    }

    /// softmax(q·kᵀ + bias)·v, [B, heads, 1, D].
    private func attend(_ query: Value, _ key: Value, _ value: Value, _ bias: Value) -> Value {
        let products = graph.stackedMatMul(query, graph.transpose(key, [0, 1, 3, 2]))
        let scores = graph.add(graph.cast(products, to: .float32), bias)
        return graph.stackedMatMul(graph.cast(graph.softmax(scores), to: .float16), value)
    }

    /// [B, 1, heads × D] → [B, heads, 1, D].
    private func split(_ x: Value, _ size: Int) -> Value {
        graph.reshape(x, [x.shape[0], .fixed(heads), 1, .fixed(size)])
    }

    /// [B, heads, 1, D] → [B, 1, heads × D].
    private func joined(_ x: Value, _ size: Int) -> Value {
        graph.reshape(x, [x.shape[0], 1, .fixed(heads * size)])
    }
}
