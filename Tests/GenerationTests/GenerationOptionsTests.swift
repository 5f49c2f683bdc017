import Checkpoint
import StandIns
import Testing

@testable import Generation

@Suite("Generation options")
struct GenerationOptionsTests {
    /// Options that nothing can be done with, and words that the refusal must have.
    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout GenerationOptions) -> Void

        static let all = [
            Refused(testDescription: "num_beams is 0") { $0.beamCount = 0 },
            Refused(testDescription: "num_beams is 17") { $0.beamCount = 17 },
            Refused(testDescription: "num_return_sequences is 0") { $0.returnedSequences = 0 },
            Refused(testDescription: "more than num_beams, 1") { $0.returnedSequences = 2 },
            Refused(testDescription: "more than num_beams, 2") {
                $0.beamCount = 2
                $0.returnedSequences = 3
                $0.sampling = .init()
            },
            Refused(testDescription: "num_return_sequences is 17") {
                $0.sampling = .init()
                $0.returnedSequences = 17
            },
            Refused(testDescription: "num_beam_groups is 0") { $0.beamGroupCount = 0 },
            Refused(testDescription: "num_beam_groups is 2, which does not divide num_beams, 3") {
                ($0.beamCount, $0.beamGroupCount, $0.diversityPenalty) = (3, 2, 1)
            },
            Refused(testDescription: "diversity_penalty is 0, but must be greater with num_beam_groups") {
                ($0.beamCount, $0.beamGroupCount) = (4, 2)
            },
            Refused(testDescription: "diversity_penalty is -1.0") {
                ($0.beamCount, $0.beamGroupCount, $0.diversityPenalty) = (4, 2, -1)
            },
            Refused(testDescription: "diversity_penalty is 0.5, but there is one group") {
                ($0.beamCount, $0.diversityPenalty) = (4, 0.5)
            },
            Refused(testDescription: "num_beam_groups is 2, but groups of beams cannot be sampled") {
                ($0.beamCount, $0.beamGroupCount, $0.diversityPenalty, $0.sampling) = (4, 2, 0.5, .init())
            },
            Refused(testDescription: "stop_strings holds an empty string") {
                $0.stopStrings = StopStrings(["a", ""]) { _ in "" }
            },
            Refused(testDescription: "length_penalty is inf") { $0.lengthPenalty = .infinity },
            Refused(testDescription: "min_new_tokens is -1") { $0.minNewTokens = -1 },
            Refused(testDescription: "temperature is 0.0") { $0.sampling = .init(temperature: 0) },
            Refused(testDescription: "temperature is nan") { $0.sampling = .init(temperature: .nan) },
            Refused(testDescription: "top_k is 0") { $0.sampling = .init(topK: 0) },
            Refused(testDescription: "top_p is 1.5") { $0.sampling = .init(topP: 1.5) },
            Refused(testDescription: "min_p is -1.0") { $0.sampling = .init(minP: -1) },
            Refused(testDescription: "repetition_penalty is 0.0") { $0.repetitionPenalty = 0 },
            Refused(testDescription: "no_repeat_ngram_size is -1") { $0.noRepeatNgramSize = -1 },
            Refused(testDescription: "bad_words_ids holds an empty list") { $0.badWords = [[1], []] },
            Refused(testDescription: "bad_words_ids holds the token 100") { $0.badWords = [[1, 100]] },
            Refused(testDescription: "eos_token_id holds the token 100") { $0.eosTokenIDs = [1, 100] },
            Refused(testDescription: "forced_eos_token_id holds the token -1") { $0.forcedLastTokens = [-1] },
            Refused(testDescription: "forced_bos_token_id holds the token 100") { $0.forcedFirstToken = 100 },
        ]
    }

    @Test("Refuses invalid generation options, naming each", arguments: Refused.all)
    func refuses(_ refused: Refused) throws {
        var options = GenerationOptions()
        refused.change(&options)
        let error = try #require(throws: GenerationError.self) { try options.validate(vocabularySize: 100) }
        #expect(error.code == .invalidOption)
        #expect(error.message.contains(refused.testDescription), "\(error.message)")
    }

    @Test("Accepts the extremes of valid generation options")
    func letsThrough() throws {
        var options = GenerationOptions()
        (options.beamCount, options.returnedSequences, options.lengthPenalty) = (16, 16, -2)
        (options.repetitionPenalty, options.noRepeatNgramSize) = (0.5, 3)
        options.stopStrings = StopStrings(["."]) { _ in "" }
        (options.badWords, options.eosTokenIDs, options.forcedLastTokens) = ([[1, 2], [99]], [-1, 99], [0])
        options.sampling = .init(temperature: 0.1, topK: 1, topP: 0, minP: 1, seed: 0)
        try options.validate(vocabularySize: 100)
        (options.sampling, options.beamGroupCount, options.diversityPenalty) = (nil, 16, 0.1)
        try options.validate(vocabularySize: 100)
    }

    @Test("Defaults come from the checkpoint's file, otherwise from transformers")
    func defaults() throws {
        let full = try GenerationConfiguration(
            .example(
                """
                {"max_new_tokens": 20, "min_new_tokens": 3, "num_beams": 5, "early_stopping": true, "length_penalty": -1,
                 "repetition_penalty": 1.5, "no_repeat_ngram_size": 3, "do_sample": true, "temperature": 0.7, "top_k": 0,
                 "top_p": 0.9, "min_p": 0.1, "bad_words_ids": [[7], [8, 9]], "forced_bos_token_id": 4,
                 "forced_eos_token_id": [5, 6], "num_return_sequences": 3, "num_beam_groups": 5, "diversity_penalty": 0.5}
                """))
        var expected = GenerationOptions(maxNewTokens: 20)
        (expected.minNewTokens, expected.beamCount, expected.earlyStopping) = (3, 5, .always)
        (expected.beamGroupCount, expected.diversityPenalty) = (5, 0.5)
        (expected.lengthPenalty, expected.repetitionPenalty, expected.noRepeatNgramSize) = (-1, 1.5, 3)
        expected.sampling = .init(temperature: 0.7, topK: nil, topP: 0.9, minP: 0.1)
        (expected.badWords, expected.forcedLastTokens) = ([[7], [8, 9]], [5, 6])
        #expect(GenerationOptions(defaultsOf: full, contextLength: 4) == expected)
        expected.forcedFirstToken = 4
        #expect(GenerationOptions(defaultsOf: full, contextLength: 4, startsTexts: true) == expected)

        let empty = try GenerationConfiguration(.example("{}"))
        #expect(GenerationOptions(defaultsOf: empty, contextLength: 4) == GenerationOptions())
        #expect(GenerationOptions.Sampling(defaultsOf: empty) == .init(topK: 50))
    }

    @Test("max_length and min_length include the context")
    func wholeLengths() throws {
        let lengths = try GenerationConfiguration(.example(#"{"max_length": 30, "min_length": 12}"#))
        let options = GenerationOptions(defaultsOf: lengths, contextLength: 10)
        #expect(options.maxNewTokens == 20 && options.minNewTokens == 2)
        let long = GenerationOptions(defaultsOf: lengths, contextLength: 30, fallbackNewTokens: 7)
        #expect(long.maxNewTokens == 7 && long.minNewTokens == 0)
    }

    @Test("Refuses bad_words_ids that are not lists of token ids", arguments: ["3", "[3]", "[[]]", "[[-1]]"])
    func refusesBadWords(_ value: String) throws {
        let file = try ConfigurationFile.example(#"{"bad_words_ids": \#(value)}"#)
        let error = try #require(throws: GenerationError.self) { try GenerationConfiguration(file) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains("bad_words_ids"))
    }
}
