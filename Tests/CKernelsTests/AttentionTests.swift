import CKernels
import Foundation
import Randomness
import Testing

@Suite("Attention")
struct AttentionTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        let batch, heads, size, queries, keys: Int
        var testDescription: String { "\(batch) × \(heads) heads of \(size), \(queries) queries, \(keys) keys" }

        static let all = [
            Shape(batch: 1, heads: 1, size: 1, queries: 1, keys: 1),
            Shape(batch: 2, heads: 3, size: 8, queries: 5, keys: 7),
            Shape(batch: 1, heads: 2, size: 88, queries: 33, keys: 33),
            Shape(batch: 1, heads: 1, size: 33, queries: 12, keys: 65),
            Shape(batch: 2, heads: 2, size: 64, queries: 32, keys: 257),
        ]
    }

    @Test("Weights each query's values by its attention over all keys", arguments: Kernel.all, Shape.all)
    func attends(kernel: Kernel, shape: Shape) throws {
        var numbers = SplitMix64(seed: 8)
        let width = shape.heads * shape.size
        // Keys and values as one projection gives them: side by side in a row.
        let query = numbers.floats(shape.batch * shape.queries * width, in: -2...2)
        let both = numbers.floats(shape.batch * shape.keys * 2 * width, in: -2...2)
        var out = [Float](repeating: .nan, count: query.count)
        let isDone = query.withUnsafeBufferPointer { query in
            both.withUnsafeBufferPointer { both in
                out.withUnsafeMutableBufferPointer { out in
                    var call = AttentionCall(
                        batch: Int64(shape.batch), heads: Int64(shape.heads), head_size: Int64(shape.size),
                        queries: Int64(shape.queries), keys: Int64(shape.keys), query: query.baseAddress,
                        key: both.baseAddress, value: both.baseAddress! + width, query_stride: Int64(width),
                        key_stride: Int64(2 * width), value_stride: Int64(2 * width), scale: 0.3,
                        out: out.baseAddress)
                    return attention_run(kernel.pointer, &call, inReverse, nil)
                }
            }
        }
        try #require(isDone)
        var expected: [Double] = []
        for row in 0..<shape.batch {
            for token in 0..<shape.queries {
                for head in 0..<shape.heads {
                    expected += attention(
                        query: Array(query[((row * shape.queries + token) * width + head * shape.size)...]),
                        keys: (0..<shape.keys).map {
                            Array(both[((row * shape.keys + $0) * 2 * width + head * shape.size)...])
                        },
                        values: (0..<shape.keys).map {
                            Array(both[((row * shape.keys + $0) * 2 * width + width + head * shape.size)...])
                        },
                        size: shape.size)
                }
            }
        }
        // Where the processor multiplies bfloat16, that is what it does: eight bits of mantissa.
        #expect(relativeError(out, expected) < 1e-2)
        if kernel.testDescription != "AVX-512 VNNI" { #expect(relativeError(out, expected) < 1e-6) }
    }

    @Test(
        "Appends new tokens to the cache, each row at its own position, and attends to earlier ones only",
        arguments: Kernel.all,
        [1, 3])
    func attendsCached(kernel: Kernel, tokens: Int) throws {
        let (batch, heads, size, cacheSize, capacity) = (2, 3, 10, 16, 12)
        let last: [Int32] = [11, Int32(tokens - 1)]
        var numbers = SplitMix64(seed: 9)
        let width = heads * size
        let projections = numbers.floats(batch * tokens * 3 * width, in: -2...2)
        let bias = numbers.floats(batch * heads * tokens * capacity)
        // What is beyond a row's tokens is never looked at.
        var keys = [Float](repeating: .nan, count: batch * heads * capacity * cacheSize)
        var values = keys
        for row in 0..<batch {
            for head in 0..<heads {
                for token in 0..<(Int(last[row]) + 1 - tokens) {
                    let place = ((row * heads + head) * capacity + token) * cacheSize
                    keys.replaceSubrange(place..<(place + cacheSize), with: numbers.floats(cacheSize))
                    values.replaceSubrange(place..<(place + cacheSize), with: numbers.floats(cacheSize))
                }
            }
        }
        var out = [Float](repeating: .nan, count: batch * tokens * width)
        let isDone = projections.withUnsafeBufferPointer { projections in
            bias.withUnsafeBufferPointer { bias in
                last.withUnsafeBufferPointer { last in
                    keys.withUnsafeMutableBufferPointer { keys in
                        values.withUnsafeMutableBufferPointer { values in
                            out.withUnsafeMutableBufferPointer { out in
                                let start = projections.baseAddress!
                                let stride = Int64(3 * width)
                                var call = CachedAttentionCall(
                                    batch: Int64(batch), heads: Int64(heads), head_size: Int64(size),
                                    tokens: Int64(tokens), query: start, key: start + width, value: start + 2 * width,
                                    query_stride: stride, key_stride: stride, value_stride: stride, scale: 0.3,
                                    key_cache: keys.baseAddress, value_cache: values.baseAddress,
                                    capacity: Int64(capacity), cache_head_size: Int64(cacheSize),
                                    last_positions: last.baseAddress, bias: bias.baseAddress,
                                    bias_length: Int64(capacity), out: out.baseAddress)
                                return cached_attention_run(kernel.pointer, &call, inReverse, nil)
                            }
                        }
                    }
                }
            }
        }
        try #require(isDone)

        var expected: [Double] = []
        for row in 0..<batch {
            let first = Int(last[row]) + 1 - tokens
            for token in 0..<tokens {
                for head in 0..<heads {
                    let cache = (row * heads + head) * capacity
                    let start = (row * tokens + token) * 3 * width + head * size
                    let place = (cache + first + token) * cacheSize
                    #expect(
                        keys[place..<(place + size)].elementsEqual(
                            projections[(start + width)..<(start + width + size)]))
                    #expect(keys[(place + size)..<(place + cacheSize)].allSatisfy { $0 == 0 })
                    expected += attention(
                        query: Array(projections[start...]),
                        keys: (0...(first + token)).map { Array(keys[((cache + $0) * cacheSize)...]) },
                        values: (0...(first + token)).map { Array(values[((cache + $0) * cacheSize)...]) },
                        size: size, bias: Array(bias[(((row * heads + head) * tokens + token) * capacity)...]))
                }
            }
        }
        #expect(relativeError(out, expected) < 1e-6)
    }

    @Test(
        "Rows attend to the keys of the input that they share, and to no more than its length", arguments: Kernel.all,
        [(1, 64), (3, 10), (2, 200)])
    func attendsCrossed(kernel: Kernel, shape: (tokens: Int, size: Int)) throws {
        let (batch, heads, inputs, capacity, tokens, size) = (4, 3, 3, 21, shape.tokens, shape.size)
        let sources: [Int32] = [2, 0, 2, 2]
        let lengths: [Int32] = [21, 1, 21, 21]
        var numbers = SplitMix64(seed: 10)
        let width = heads * size
        let query = numbers.floats(batch * tokens * 2 * width, in: -2...2)
        var keys = numbers.floats(inputs * heads * capacity * size)
        var values = numbers.floats(inputs * heads * capacity * size)
        // Nobody looks at the second input, nor behind the first key of the first one.
        for place in Array(1..<capacity) + Array(capacity..<2 * capacity) {
            for index in place * width..<(place + 1) * width { (keys[index], values[index]) = (.nan, .nan) }
        }
        var out = [Float](repeating: .nan, count: batch * tokens * width)
        let isDone = query.withUnsafeBufferPointer { query in
            keys.withUnsafeBufferPointer { keys in
                values.withUnsafeBufferPointer { values in
                    sources.withUnsafeBufferPointer { sources in
                        lengths.withUnsafeBufferPointer { lengths in
                            out.withUnsafeMutableBufferPointer { out in
                                var call = CrossAttentionCall(
                                    batch: Int64(batch), heads: Int64(heads), head_size: Int64(size),
                                    tokens: Int64(tokens), query: query.baseAddress, query_stride: Int64(2 * width),
                                    scale: 0.3, keys: keys.baseAddress, values: values.baseAddress,
                                    inputs: Int64(inputs), capacity: Int64(capacity), sources: sources.baseAddress,
                                    lengths: lengths.baseAddress, out: out.baseAddress)
                                return cross_attention_run(kernel.pointer, &call, inReverse, nil)
                            }
                        }
                    }
                }
            }
        }
        try #require(isDone)
        var expected: [Double] = []
        for row in 0..<batch {
            for token in 0..<tokens {
                for head in 0..<heads {
                    let starts = (0..<Int(lengths[row])).map {
                        (Int(sources[row]) * capacity + $0) * width + head * size
                    }
                    expected += attention(
                        query: Array(query[((row * tokens + token) * 2 * width + head * size)...]),
                        keys: starts.map { Array(keys[$0...]) }, values: starts.map { Array(values[$0...]) }, size: size
                    )
                }
            }
        }
        #expect(relativeError(out, expected) < 1e-6)
    }

    /// softmax(0.3 · q·kᵀ + bias)·v in doubles, of the first `size` elements of each.
    private func attention(
        query: [Float], keys: [[Float]], values: [[Float]], size: Int, bias: [Float] = []
    ) -> [Double] {
        let scores = keys.enumerated().map { place, key in
            (0..<size).reduce(0.0) { $0 + Double(query[$1]) * Double(key[$1]) } * 0.3
                + (bias.isEmpty ? 0 : Double(bias[place]))
        }
        let weights = scores.map { exp($0 - scores.max()!) }
        let sum = weights.reduce(0, +)
        return (0..<size).map { column in
            zip(weights, values).reduce(0.0) { $0 + $1.0 * Double($1.1[column]) } / sum
        }
    }
}
