import Captioning
import ONNXRuntime
import Randomness
import StandIns
import Testing

@testable import Blip2
@testable import Generation

@Suite("Generation parity with transformers", .heavy)
struct GenerationParityTests {
    @Test("There are at least 24 combinations to compare")
    func hasCases() {
        #expect(GenerationFixture.all.checkpoints.map(\.cases.count).reduce(0, +) >= 24)
        #expect(GenerationFixture.all.distributions.count >= 7)
        #expect(GenerationFixture.options.checkpoints.map(\.cases.count).reduce(0, +) >= 24)
        #expect(GenerationFixture.options.distributions.count >= 8)
        #expect(GenerationFixture.groupBeams.checkpoints.map(\.cases.count).reduce(0, +) >= 16)
    }

    @Test(
        "Lengths, suppressed tokens, stop strings and log-probabilities equal those of transformers",
        arguments: GenerationFixture.options.checkpoints)
    func agreesInOptions(_ checkpoint: GenerationFixture.Checkpoint) throws {
        let subject = try GenerationSubject(checkpoint.name)
        for (number, fixture) in checkpoint.cases.enumerated() {
            var (embeddings, options) = try subject.rows(fixture)
            for index in options.indices { options[index].returnsScores = true }
            let batch = GenerationBatch(subject.model.makeDecoderRunner())
            _ = try batch.join(embeddings, options)
            let found = try batch.finish().flatMap(\.sequences)
            #expect(found.map(\.ids) == fixture.sequences, "case \(number): \(fixture.arguments)")
            for (sequence, expected) in zip(found, try #require(fixture.logProbabilities)) {
                let mean = try #require(sequence.meanLogProbability)
                #expect(abs(mean - expected) <= 1e-4 * max(1, abs(expected)), "case \(number)")
            }
        }
    }

    @Test(
        "Groups of beams find the texts that transformers 4 finds, with its scores",
        arguments: GenerationFixture.groupBeams.checkpoints)
    func agreesInGroups(_ checkpoint: GenerationFixture.Checkpoint) throws {
        let subject = try GenerationSubject(checkpoint.name)
        for (number, fixture) in checkpoint.cases.enumerated() {
            var (embeddings, options) = try subject.rows(fixture)
            for index in options.indices { options[index].returnsScores = true }
            let batch = GenerationBatch(subject.model.makeDecoderRunner())
            _ = try batch.join(embeddings, options)
            let found = try batch.finish().flatMap(\.sequences)
            #expect(batch.decoder.lengths.isEmpty)
            // transformers 4 writes the first end token behind a text, whichever ended it.
            let ends = options.first?.eosTokenIDs ?? []
            let texts = found.map { sequence in
                guard let last = sequence.ids.last, ends.contains(last) else { return sequence.ids }
                return sequence.ids.dropLast() + ends.prefix(1)
            }
            #expect(texts == fixture.sequences, "case \(number): \(fixture.arguments)")
            for (sequence, expected) in zip(found, try #require(fixture.scores)) {
                #expect(abs(try #require(sequence.score) - expected) <= 1e-3 * max(1, abs(expected)), "case \(number)")
            }
            for (sequence, expected) in zip(found, fixture.logProbabilities ?? []) {
                let mean = try #require(sequence.meanLogProbability)
                #expect(abs(mean - expected) <= 1e-4 * max(1, abs(expected)), "case \(number)")
            }
        }
    }

    @Test("Every text and every score equals that of transformers", arguments: GenerationFixture.all.checkpoints)
    func agrees(_ checkpoint: GenerationFixture.Checkpoint) throws {
        let subject = try GenerationSubject(checkpoint.name)
        for (number, fixture) in checkpoint.cases.enumerated() {
            let (embeddings, options) = try subject.rows(fixture)
            let batch = GenerationBatch(subject.model.makeDecoderRunner())
            _ = try batch.join(embeddings, options)
            let found = try batch.finish().flatMap(\.sequences)
            #expect(found.map(\.ids) == fixture.sequences, "case \(number): \(fixture.arguments)")
            #expect(batch.decoder.lengths.isEmpty)
            guard let scores = fixture.scores else {
                #expect(found.allSatisfy { $0.score == nil })
                continue
            }
            for (sequence, expected) in zip(found, scores) {
                let score = try #require(sequence.score)
                #expect(abs(score - expected) <= 1e-3 * max(1, abs(expected)), "case \(number)")
            }
        }
    }

    @Test(
        "Requests of all kinds join, run and leave together, and give what they give alone",
        arguments: GenerationFixture.all.checkpoints)
    func runsTogether(_ checkpoint: GenerationFixture.Checkpoint) throws {
        let subject = try GenerationSubject(checkpoint.name)
        let batch = GenerationBatch(subject.model.makeDecoderRunner())
        var random = SplitMix64(seed: 11)
        var expected: [GenerationBatch.RequestID: [[Int]]] = [:]
        var left: Set<GenerationBatch.RequestID> = []
        var found: [GenerationBatch.RequestID: [[Int]]] = [:]
        var mostPlaces = 0
        // Groups of beams among them, where one token ends the texts; see `agreesInGroups`.
        let groups = GenerationFixture.groupBeams.checkpoints.first { $0.name == checkpoint.name }?.cases ?? []
        let cases = checkpoint.cases + groups.filter { $0.logProbabilities != nil }
        for fixture in cases.shuffled(using: &random) {
            let (embeddings, options) = try subject.rows(fixture)
            let ids = try batch.join(embeddings, options)
            let count = fixture.sequences.count / ids.count
            for (index, id) in ids.enumerated() {
                expected[id] = Array(fixture.sequences[index * count..<(index + 1) * count])
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                mostPlaces = max(mostPlaces, batch.decoder.lengths.count)
                try batch.step()
            }
            for row in batch.takeFinished() { found[row.id] = row.sequences.map(\.ids) }
            // Now and then one that others run beside goes before its end.
            if let id = ids.first, found[id] == nil, Int.random(in: 0..<4, using: &random) == 0 {
                batch.remove(id)
                left.insert(id)
            }
        }
        for row in try batch.finish() { found[row.id] = row.sequences.map(\.ids) }
        #expect(found == expected.filter { !left.contains($0.key) })
        #expect(batch.decoder.lengths.isEmpty)
        #expect(mostPlaces > 4)
    }
}
