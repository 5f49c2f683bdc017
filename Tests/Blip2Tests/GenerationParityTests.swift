import CaptionerFixtures
import Captioning
import Foundation
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
        let subject = try GenerationSubject(Fixtures.checkpoint(checkpoint.name))
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
        let subject = try GenerationSubject(Fixtures.checkpoint(checkpoint.name))
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
        try GenerationSubject(Fixtures.checkpoint(checkpoint.name)).expectEqualTexts(checkpoint.cases)
    }

    @Test(
        "Requests of all kinds join, run and leave together, and give what they give alone",
        arguments: GenerationFixture.all.checkpoints)
    func runsTogether(_ checkpoint: GenerationFixture.Checkpoint) throws {
        // Groups of beams among them, where one token ends the texts; see `agreesInGroups`.
        let groups = GenerationFixture.groupBeams.checkpoints.first { $0.name == checkpoint.name }?.cases ?? []
        try GenerationSubject(Fixtures.checkpoint(checkpoint.name)).expectEqualTextsTogether(
            checkpoint.cases + groups.filter { $0.logProbabilities != nil })
    }

    @Test("Rows that join or leave at any step get the tokens that they get alone", arguments: Fixtures.names)
    func joinsAndLeaves(_ name: String) throws {
        try GenerationSubject(Fixtures.checkpoint(name)).expectEqualTextsInAnySchedule()
    }
}

extension GenerationFixture {
    /// Beams, penalties, bans and samples.
    static let all = GenerationFixture(Fixtures.folder.appendingPathComponent("generation.json"))
    /// Further options, and log-probabilities.
    static let options = GenerationFixture(Fixtures.folder.appendingPathComponent("options.json"))
    /// Groups of beams, as transformers 4 had them.
    static let groupBeams = GenerationFixture(Fixtures.folder.appendingPathComponent("group_beams.json"))
}
