import Checkpoint
import Foundation

/// How T5 tells distances between tokens apart: near ones one by one, far ones in buckets that grow.
///
/// Source: Raffel et al. 2020, arXiv:1910.10683, section 2.1; transformers, `_relative_position_bucket`.
public struct T5PositionBuckets: Sendable, Equatable {
    public let count: Int
    /// From this distance on, all distances are in the last bucket.
    public let maximumDistance: Int

    init(count: Int, maximumDistance: Int) {
        self.count = count
        self.maximumDistance = maximumDistance
    }

    init(_ file: ConfigurationFile) throws(CheckpointError) {
        count = try file.integer("relative_attention_num_buckets", default: 32, in: 4...4096)
        maximumDistance = try file.integer("relative_attention_max_distance", default: 128, in: 1...65536)
        guard maximumDistance > count / 2 else {
            throw file.invalid(
                "relative_attention_max_distance",
                "more than half of relative_attention_num_buckets, which is \(count) (\(maximumDistance) is not)")
        }
    }

    /// The buckets of keys at distances 0, 1, … before a causal query, up to the maximum distance.
    var causal: [Int64] { (0...maximumDistance).map { Int64(Self.bucket($0, of: count, maximumDistance)) } }

    /// The buckets of a bidirectional attention over `length` tokens, [query, key].
    func bidirectional(length: Int) -> [Int64] {
        let half = count / 2
        let buckets = (0...maximumDistance).map { Int64(Self.bucket($0, of: half, maximumDistance)) }
        return (0..<length).flatMap { query in
            (0..<length).map { key in
                buckets[min(abs(key - query), maximumDistance)] + (key > query ? Int64(half) : 0)
            }
        }
    }

    /// In 32-bit floats, as transformers computes it: on the edges of buckets the last bit decides.
    private static func bucket(_ distance: Int, of count: Int, _ maximumDistance: Int) -> Int {
        let exact = count / 2
        if distance < exact { return distance }
        let share =
            log(Float(distance) / Float(exact)) / Float(log(Double(maximumDistance) / Double(exact)))
            * Float(count - exact)
        return min(exact + Int(share), count - 1)
    }
}
