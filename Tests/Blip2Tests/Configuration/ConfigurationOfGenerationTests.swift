import Checkpoint
import Foundation
import Generation
import StandIns
import Testing

@testable import Blip2

@Suite("generation_config.json")
struct ConfigurationOfGenerationTests {
    @Test("An empty generation_config.json sets nothing")
    func empty() throws {
        let generation = try GenerationConfiguration(.example("{}"))
        #expect(generation.bosTokenID == nil && generation.padTokenID == nil && generation.eosTokenIDs.isEmpty)
        #expect(generation.maxLength == nil && generation.maxNewTokens == nil && generation.numBeams == nil)
        #expect(generation.minLength == nil && generation.minNewTokens == nil && generation.earlyStopping == nil)
        #expect(generation.lengthPenalty == nil && generation.repetitionPenalty == nil)
        #expect(generation.noRepeatNgramSize == nil && generation.doSample == nil && generation.temperature == nil)
        #expect(generation.topK == nil && generation.topP == nil)
    }

    @Test("Reads every supported key of generation_config.json")
    func full() throws {
        let generation = try GenerationConfiguration(
            .example(
                """
                {"bos_token_id": 2, "pad_token_id": 1, "eos_token_id": [50118, 2], "max_length": 30, "max_new_tokens": 20,
                 "min_length": 8, "min_new_tokens": 3, "num_beams": 5, "early_stopping": "never", "length_penalty": -1,
                 "repetition_penalty": 1.5, "no_repeat_ngram_size": 3, "do_sample": true, "temperature": 0.7, "top_k": 50,
                 "top_p": 0.9, "_from_model_config": true, "transformers_version": "4.31.0"}
                """))
        #expect(generation.bosTokenID == 2 && generation.padTokenID == 1 && generation.eosTokenIDs == [50118, 2])
        #expect(generation.maxLength == 30 && generation.maxNewTokens == 20)
        #expect(generation.minLength == 8 && generation.minNewTokens == 3)
        #expect(generation.numBeams == 5 && generation.earlyStopping == .never)
        #expect(generation.lengthPenalty == -1 && generation.repetitionPenalty == 1.5)
        #expect(generation.noRepeatNgramSize == 3 && generation.doSample == true)
        #expect(generation.temperature == 0.7 && generation.topK == 50 && generation.topP == 0.9)
    }

    @Test(
        "Reads early_stopping as true, false or never",
        arguments: [
            ("true", GenerationConfiguration.EarlyStopping.always), ("false", .heuristic), ("\"never\"", .never),
        ])
    func earlyStopping(value: String, expected: GenerationConfiguration.EarlyStopping) throws {
        let file = try ConfigurationFile.example(#"{"early_stopping": \#(value)}"#)
        #expect(try GenerationConfiguration(file).earlyStopping == expected)
    }

    @Test("Takes special tokens from the language model's configuration, as transformers does")
    func specialTokens() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "generation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = #"{"text_config": {"bos_token_id": 3, "pad_token_id": 4, "eos_token_id": 5}}"#
        try Data(text.utf8).write(to: folder.appending(path: "config.json"))

        for file in [nil, #"{"eos_token_id": 50118, "bos_token_id": 0, "pad_token_id": 0, "max_new_tokens": 9}"#] {
            if let file { try Data(file.utf8).write(to: folder.appending(path: "generation_config.json")) }
            let checkpoint = try CheckpointFolder(folder)
            let configuration = try Blip2Configuration(checkpoint.configuration)
            let generation = try DecoderConfiguration(checkpoint, configuration).generation
            #expect(generation.bosTokenID == 3 && generation.padTokenID == 4 && generation.eosTokenIDs == [5])
            #expect(generation.maxNewTokens == (file == nil ? nil : 9))
        }
    }
}
