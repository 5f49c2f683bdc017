import Foundation
import Testing

@testable import Blip2

/// Buckets of T5's relative positions, as transformers computes them.
struct BucketFixture: Sendable, Decodable, CustomTestStringConvertible {
    let count: Int
    let maximumDistance: Int
    /// Runs of equal buckets, [bucket, length], for distances 0, 1, … before a causal query.
    let causal: [[Int]]
    /// The same for distances from the maximum one before a query to the maximum one behind it.
    let bidirectional: [[Int]]

    var testDescription: String { "\(count) buckets to \(maximumDistance)" }

    static let all: [BucketFixture] = {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/position_buckets.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode([BucketFixture].self, from: Data(contentsOf: url))) ?? []
    }()

    static func buckets(_ runs: [[Int]]) -> [Int64] {
        runs.flatMap { Array(repeating: Int64($0[0]), count: $0[1]) }
    }
}

@Suite("T5 position buckets")
struct PositionBucketTests {
    @Test("Has at least ten bucket fixtures")
    func hasFixtures() {
        #expect(BucketFixture.all.count >= 10)
    }

    @Test("Causal distances fall into the same buckets as in transformers", arguments: BucketFixture.all)
    func causal(_ fixture: BucketFixture) {
        let buckets = T5PositionBuckets(count: fixture.count, maximumDistance: fixture.maximumDistance)
        #expect(buckets.causal == BucketFixture.buckets(fixture.causal))
    }

    @Test("Bidirectional distances fall into the same buckets as in transformers", arguments: BucketFixture.all)
    func bidirectional(_ fixture: BucketFixture) {
        let most = fixture.maximumDistance
        let length = min(most, 600) + 1
        let all = T5PositionBuckets(count: fixture.count, maximumDistance: most).bidirectional(length: length)
        let expected = BucketFixture.buckets(fixture.bidirectional)
        // The first query has all keys behind it, the last one all before it.
        #expect(all.prefix(length).elementsEqual(expected[most..<most + length]))
        #expect(all.suffix(length).elementsEqual(expected[most - length + 1...most]))
    }
}
