import Foundation
import Randomness
import StandIns
import Testing

@testable import Generation

@Suite("Logits")
struct LogitsTests {
    private func random(_ count: Int) -> [Float] {
        var random = SplitMix64(seed: UInt64(count))
        return (0..<count).map { _ in Float.random(in: -20...20, using: &random) }
    }

    @Test("The vectorised exponential is accurate to 3e-7, down to zero")
    func exponentials() {
        for number in stride(from: Float(-90), through: 0, by: 0.0137) {
            let found = Double(SIMD16(repeating: number).exponential()[3])
            #expect(abs(found - exp(Double(number))) <= (number < -87 ? 1e-37 : 3e-7 * exp(Double(number))))
        }
        #expect(SIMD16<Float>(repeating: -.infinity).exponential()[0] == 0)
        #expect(SIMD16<Float>(repeating: 0).exponential()[0] == 1)
    }

    @Test("The log-softmax is accurate for any vocabulary size", arguments: [1, 15, 16, 17, 100])
    func logSoftmax(count: Int) {
        var scores = random(count)
        let total = scores.map { exp(Double($0)) }.reduce(0, +)
        let expected = scores.map { Double($0) - log(total) }
        scores.withUnsafeMutableBufferPointer { $0.takeLogSoftmax() }
        for (score, expected) in zip(scores, expected) { #expect(abs(Double(score) - expected) <= 1e-5) }
    }

    @Test("Finds the first of the highest logits at any index", arguments: [1, 16, 33])
    func highest(count: Int) {
        for index in 0..<count {
            var scores = Array(repeating: -Float.infinity, count: count)
            scores[index] = 3
            scores[count - 1] = 3
            scores.withUnsafeMutableBufferPointer {
                #expect($0.highest == 3)
                #expect($0.indexOfHighest == index)
            }
        }
    }

    @Test("The largest logits equal those of a full sort, in the same order", arguments: [1, 2, 10, 64, 200])
    func largest(limit: Int) {
        // Few different numbers, so that many are equal.
        var scores = random(100).map { ($0 / 4).rounded() }
        scores[7] = -.infinity
        scores[8] = .nan
        var largest = LargestScores(limit)
        scores.withUnsafeMutableBufferPointer { largest.offer($0, adding: 1, from: 1000) }
        let sorted = scores.indices.filter { scores[$0] > -.infinity }
            .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        #expect(largest.sorted.map(\.index) == sorted.prefix(limit).map { $0 + 1000 })
        #expect(largest.sorted.map(\.score) == sorted.prefix(limit).map { scores[$0] + 1 })
    }

    @Test("Top-p keeps half of a flat distribution for a probability of one half")
    func flatTopP() {
        var scores = Array(repeating: Float(1), count: 3000)
        scores.withUnsafeMutableBufferPointer {
            TopP(probability: 0.4999, kept: 1).apply(to: $0, after: TokenSequence(context: []))
        }
        #expect(abs(scores.filter(\.isFinite).count - 1500) <= 2)
    }

    @Test("Finds a NaN or infinite logit at any index", arguments: [1, 16, 50])
    func finite(count: Int) {
        let logits = Logits.allocate(capacity: count)
        defer { logits.deallocate() }
        logits.initialize(repeating: -3e38)
        #expect(logits.isFinite)
        for index in 0..<count {
            for value in [Float.nan, .infinity, -.infinity] {
                logits[index] = value
                #expect(!logits.isFinite)
            }
            logits[index] = 3e38
        }
        #expect(logits.isFinite)
    }
}

@Suite("Rows of hypotheses")
struct RowPlacementTests {
    @Test("Reordering beams copies nothing")
    func permutes() {
        let placement = RowPlacement(parents: [2, 0, 1], count: 3)
        #expect(placement.targets == [.parent, .parent, .parent])
        #expect(placement.unused.isEmpty)
    }

    @Test("A hypothesis that continues twice takes the row of one that is dropped")
    func replaces() {
        let placement = RowPlacement(parents: [1, 1, 3, 1], count: 4)
        #expect(placement.targets == [.parent, .hypothesis(0), .parent, .hypothesis(2)])
        #expect(placement.unused.isEmpty)
    }

    @Test("The first hypothesis adds rows for the others; surplus rows are listed")
    func growsAndShrinks() {
        #expect(RowPlacement(parents: [0, 0, 0], count: 1).targets == [.parent, .new, .new])
        let shrunk = RowPlacement(parents: [2, 1], count: 4)
        #expect(shrunk.targets == [.parent, .parent])
        #expect(shrunk.unused == [0, 3])
        #expect(RowPlacement(parents: [], count: 2).unused == [0, 1])
    }

    @Test("Copies as few rows as possible, and never overwrites a row still needed")
    func copiesLittle() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<500 {
            let count = Int.random(in: 1...6, using: &random)
            let parents = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                Int.random(in: 0..<count, using: &random)
            }
            let placement = RowPlacement(parents: parents, count: count)
            let stays = placement.targets.filter { $0 == .parent }.count
            #expect(stays == Set(parents).count)
            for target in placement.targets {
                if case .hypothesis(let index) = target { #expect(!parents.contains(index)) }
            }
            #expect(Set(placement.unused).isDisjoint(with: parents))
        }
    }
}
