internal import CKernels

/// The embeddings of all songs, 8 bits a number with a scale for each song. A song without one has the scale 0.
struct VectorTable: Sendable {
    static let mostWidth = SIMILARITY_MOST_WIDTH

    let width: Int
    /// [songs, width].
    var values: [Int8]
    /// [songs].
    var scales: [Float]

    init(width: Int, count: Int) {
        self.width = width
        values = [Int8](repeating: 0, count: width * count)
        scales = [Float](repeating: 0, count: count)
    }

    func has(_ song: Int) -> Bool { scales[song] > 0 }

    /// The cosines of all songs with a query of length 1; 0 where a song has no vector.
    func cosines(_ query: [Float]) -> [Float] {
        let quantized = QuantizedVector(query)
        return products(quantized.values[...], scale: quantized.scale)
    }

    /// The cosines of all songs with one of them.
    func cosines(with song: Int) -> [Float] {
        products(values[(song * width)..<((song + 1) * width)], scale: scales[song])
    }

    /// The vectors of some songs alone, in that order.
    func picked(_ songs: [Int]) -> VectorTable {
        var table = VectorTable(width: width, count: 0)
        table.values.reserveCapacity(songs.count * width)
        for song in songs {
            table.values.append(contentsOf: values[(song * width)..<((song + 1) * width)])
            table.scales.append(scales[song])
        }
        return table
    }

    private func products(_ query: ArraySlice<Int8>, scale: Float) -> [Float] {
        [Float](unsafeUninitializedCapacity: self.scales.count) { products, count in
            query.withUnsafeBufferPointer { query in
                values.withUnsafeBufferPointer { values in
                    scales.withUnsafeBufferPointer { scales in
                        guard let values = values.baseAddress, let scales = scales.baseAddress else { return }
                        var call = SimilarityCall(
                            width: width, query: query.baseAddress, query_scale: scale, rows: self.scales.count,
                            values: values, scales: scales,
                            products: products.baseAddress)
                        similarity_run(similarity_best_kernel(), &call)
                    }
                }
            }
            count = self.scales.count
        }
    }
}

/// A vector in 8 bits: x ≈ scale · value.
public struct QuantizedVector: Sendable, Hashable {
    public let values: [Int8]
    public let scale: Float

    /// The largest number becomes ±127. Of a vector of zeros, or one with something in it that is no number, nothing is left.
    public init(_ vector: [Float]) {
        let largest = vector.reduce(0) { max($0, abs($1)) }
        guard largest > 0, largest.isFinite, vector.allSatisfy(\.isFinite) else {
            values = [Int8](repeating: 0, count: vector.count)
            scale = 0
            return
        }
        scale = largest / 127
        values = vector.map { Int8(max(-127, min(127, ($0 * (127 / largest)).rounded()))) }
    }
}
