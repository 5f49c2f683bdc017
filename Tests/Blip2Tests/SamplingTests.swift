import CaptionerFixtures
import Checkpoint
import Foundation
import ONNXRuntime
import StandIns
import Testing

@testable import Blip2
@testable import Generation

@Suite("Sampling", .heavy)
struct SamplingTests {
    /// The options that the arguments of a distribution stand for; `parity` itself takes no samples.
    private func options(_ fixture: GenerationFixture.Distribution) throws -> GenerationOptions {
        let file = try ConfigurationFile(text: try fixture.arguments.json, path: "generation.json")
        let configuration = try GenerationConfiguration(file)
        var options = GenerationOptions(defaultsOf: configuration, contextLength: fixture.context)
        options.eosTokenIDs = configuration.eosTokenIDs
        return options
    }

    @Test(
        "Logits processors give the same scores as those of transformers",
        arguments: GenerationFixture.all.distributions + GenerationFixture.options.distributions)
    func agrees(_ fixture: GenerationFixture.Distribution) throws {
        let options = try options(fixture)
        var tokens = TokenSequence(context: Array(fixture.ids[..<fixture.context]))
        for id in fixture.ids[fixture.context...] { tokens.append(id) }
        var logits = fixture.logits
        logits.withUnsafeMutableBufferPointer { scores in
            if options.beamCount > 1 { scores.takeLogSoftmax() }
            LogitsProcessors(options, endTokens: options.eosTokenIDs ?? []).apply(to: scores, after: tokens)
        }
        #expect(fixture.scores.contains(nil))
        for (token, (score, expected)) in zip(logits, fixture.scores).enumerated() {
            #expect(score.isFinite == (expected != nil), "token \(token)")
            if let expected { #expect(abs(score - expected) <= 1e-4 * max(1, abs(expected)), "token \(token)") }
        }
    }

    @Test("Draws follow the probabilities")
    func followsScores() {
        var logits = (0..<100).map { Float(sin(Double($0))) * 2 }
        logits[13] = -.infinity
        let total = logits.map { exp(Double($0)) }.reduce(0, +)
        var counts = Array(repeating: 0, count: logits.count)
        let draws = 40_000
        var random = SamplingRandom(seed: 5)
        logits.withUnsafeMutableBufferPointer { scores in
            for _ in 0..<draws { counts[scores.draw(using: &random)] += 1 }
        }
        // The seed is fixed, so that this holds always or never; a right draw misses it in one seed of 10,000.
        for (token, count) in counts.enumerated() {
            let share = exp(Double(logits[token])) / total
            let deviation = (Double(draws) * share * (1 - share)).squareRoot()
            #expect(abs(Double(count) - Double(draws) * share) <= 5 * deviation, "token \(token)")
        }
        #expect(counts[13] == 0)
    }

    @Test("Beam sampling draws without replacement, in proportion to the probabilities")
    func followsScoresWithoutReplacement() {
        let weights = [0.5, 0.3, 0.15, 0.05]
        var random = SamplingRandom(seed: 9)
        var (first, pairs) = ([0, 0, 0, 0], 0)
        let draws = 20_000
        for _ in 0..<draws {
            var largest = LargestScores(2)
            for (index, weight) in weights.enumerated() {
                largest.offer(Float(log(weight) + random.gumbel()), index: index)
            }
            let order = largest.sorted.map(\.index)
            first[order[0]] += 1
            if order == [1, 0] { pairs += 1 }
        }
        for (count, weight) in zip(first, weights) { #expect(abs(Double(count) / Double(draws) - weight) < 0.015) }
        // The second is drawn from what the first has left.
        #expect(abs(Double(pairs) / Double(draws) - 0.3 * 0.5 / 0.7) < 0.015)
    }

    @Test("Drawn candidates are ranked by score, whatever the order of drawing")
    func sortsCandidates() {
        // Four tokens, and as many candidates: all are drawn, so that only their order is by chance.
        let scores: [Float] = [1, 3, 0, 2]
        func choose(_ options: GenerationOptions, end: Int) -> (next: [Continuation], search: any DecodingStrategy) {
            var search = options.strategy(endTokens: [end])
            var logits = scores
            let next = logits.withUnsafeMutableBufferPointer {
                search.advance([ScoredHypothesis(tokens: TokenSequence(context: [9]), logits: $0)])
            }
            return (next, search)
        }
        var options = GenerationOptions(maxNewTokens: 8)
        options.beamCount = 2
        for end in scores.indices {
            let expected = choose(options, end: end).next
            #expect(expected.map(\.token) == [1, 3, 0].filter { $0 != end }.prefix(2).map(\.self))
            for seed in 0..<40 {
                var sampled = options
                sampled.sampling = .init(temperature: 1, seed: UInt64(seed))
                #expect(choose(sampled, end: end).next == expected, "end \(end), seed \(seed)")
            }
        }
    }

    @Test("Draws a token even if all tokens are ruled out")
    func survivesNothing() {
        var scores = Array(repeating: -Float.infinity, count: 20)
        var random = SamplingRandom(seed: 1)
        scores.withUnsafeMutableBufferPointer { scores in
            #expect(scores.indices.contains(scores.draw(using: &random)))
            for step in [TopK(count: 3), TopP(probability: 0.5, kept: 1), MinP(share: 0.1, kept: 2)]
                as [any LogitsProcessor]
            {
                step.apply(to: scores, after: TokenSequence(context: [1]))
            }
            scores.takeLogSoftmax()
            #expect(scores.indexOfHighest == 0)
        }
    }
}

@Suite("Sampling from a model", .heavy)
struct SampledTextTests {
    private let cache: TemporaryFolder
    private let model: Blip2Model
    private let inputs: Tensor

    init() throws {
        cache = try TemporaryFolder()
        model = try Blip2Model(folder: Fixtures.checkpoint("several-ends"), cache: cache.url)
        inputs = try model.encode(try ParityReference(path: Fixtures.reference("several-ends")).pixels).languageInputs
    }

    private func options(seed: UInt64?, beams: Int = 1, texts: Int = 1) -> GenerationOptions {
        var options = GenerationOptions(maxNewTokens: 12)
        options.sampling = .init(temperature: 1.5, seed: seed)
        options.beamCount = beams
        options.returnedSequences = texts
        return options
    }

    private func alone(_ row: Int, _ options: GenerationOptions) throws -> [[Int]] {
        try model.generate(try inputs.rows(row..<row + 1), [options])[0].sequences.map(\.ids)
    }

    @Test("The same seed draws the same text, another seed another text", arguments: [1, 3])
    func repeats(beams: Int) throws {
        let text = try alone(0, options(seed: 1, beams: beams))
        #expect(try alone(0, options(seed: 1, beams: beams)) == text)
        #expect(try alone(0, options(seed: 2, beams: beams)) != text)
        #expect(try Set((0..<4).map { _ in try alone(0, options(seed: nil, beams: beams)) }).count > 1)
    }

    @Test("A row's draws depend only on its own seed, not on the rest of the batch")
    func keepsRowsApart() throws {
        let all = [
            options(seed: 3), options(seed: 3, beams: 3), options(seed: 4, texts: 3), options(seed: 3, texts: 2),
        ]
        let together = try model.generate(try inputs.rows(0..<4), all)
        for (row, options) in all.enumerated() {
            #expect(together[row].sequences.map(\.ids) == (try alone(row, options)), "row \(row)")
            #expect(together[row].sequences.count == options.returnedSequences)
        }
    }

    @Test("Several samples of one picture differ; the first equals a single sample")
    func drawsSeveral() throws {
        let texts = try alone(1, options(seed: 8, texts: 5))
        #expect(Set(texts).count > 1)
        #expect(try alone(1, options(seed: 8))[0] == texts[0])
    }
}
