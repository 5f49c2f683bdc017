import Captioning
import Checkpoint
import Devices
import Foundation
import Generation
import Networks
import StandIns
import Testing
import Tokenization

@testable import Blip2

@Suite("InstructBLIP checkpoints", .heavy)
struct InstructBlipCheckpointTests {
    @Test("Keys that config.json leaves out take the defaults of transformers")
    func defaults() throws {
        let configuration = try Blip2Configuration(
            .example(#"{"model_type": "instructblip", "text_config": {"model_type": "t5", "bos_token_id": 1}}"#))
        let (vision, former) = (configuration.vision, configuration.qFormer)
        #expect(configuration.family == .instructBLIP && configuration.queryTokenCount == 32)
        #expect(configuration.imageTokenIndex == nil)
        #expect(vision.hiddenSize == 1408 && vision.layerCount == 39 && vision.imageSize == 224 && vision.qkvBias)
        #expect(vision.headCount == 16 && vision.intermediateSize == 6144 && vision.patchSize == 14)
        #expect(vision.layerNormEpsilon == 1e-6)
        #expect(former.vocabularySize == 30522 && former.hiddenSize == 768 && former.layerCount == 12)
        #expect(former.headCount == 12 && former.intermediateSize == 3072 && former.crossAttentionFrequency == 2)
        #expect(former.layerNormEpsilon == 1e-12 && former.encoderHiddenSize == 1408)
        #expect(former.instructions?.maximumLength == 512 && former.instructions?.padTokenID == 0)
        #expect(try Blip2Configuration(.example("{}")).qFormer.instructions == nil)
    }

    @Test(
        "Refuses a config.json that no captioner can be built from, and says what is wrong",
        arguments: [
            (#""text_config": {"model_type": "llama"}"#, Blip2Error.Code.unsupportedArchitecture, "type \"llama\""),
            (#""text_config": {"model_type": "opt"}"#, .unsupportedArchitecture, "Salesforce/instructblip-flan-t5-xl"),
            (#""text_config": {"d_model": 8}"#, .unsupportedArchitecture, "type \"opt\"; supported: t5."),
            (#""num_query_tokens": 8"#, .unsupportedArchitecture, "Salesforce/instructblip-flan-t5-xxl"),
            (
                #""architectures": ["InstructBlipModel"]"#, .unsupportedArchitecture,
                "which does not caption; supported: InstructBlipForConditionalGeneration"
            ),
            (#""quantization_config": {}"#, .unsupportedArchitecture, "quantised"),
            (#""qformer_config": {"vocab_size": 0}, \#(t5)"#, .invalidConfiguration, "qformer_config.vocab_size"),
            (
                #""qformer_config": {"max_position_embeddings": "long"}, \#(t5)"#, .invalidConfiguration,
                "qformer_config.max_position_embeddings"
            ),
            (
                #""qformer_config": {"pad_token_id": 30522}, \#(t5)"#, .invalidConfiguration,
                "qformer_config.pad_token_id"
            ),
        ])
    func refuses(members: String, code: Blip2Error.Code, words: String) throws {
        let file = try ConfigurationFile.example(#"{"model_type": "instructblip", \#(members)}"#)
        let error = try #require(throws: Blip2Error.self) { try Blip2Configuration(file) }
        #expect(error.code == code && error.message.contains(words), "\(error)")
    }

    private static let t5 = #""text_config": {"model_type": "t5", "bos_token_id": 1}"#

    @Test(
        "Names every tensor that transformers saves, but for what the last layer makes of the instruction",
        arguments: Fixtures.instructBLIP)
    func outline(_ name: String) throws {
        let folder = try CheckpointFolder(Fixtures.checkpoint(name))
        let checkpoint = try Blip2Checkpoint(folder)
        let (outline, weights) = (try checkpoint.outline(), try folder.weights())
        for tensor in outline where weights.contains(tensor.name) {
            #expect(try weights.tensor(tensor.name).shape == tensor.shape, "\(tensor.name)")
        }
        let last = "qformer.encoder.layer.\(checkpoint.configuration.qFormer.layerCount - 1)"
        let parts = ["intermediate.dense", "output.dense", "output.LayerNorm"]
        let unread = Set(parts.flatMap { ["\(last).\($0).weight", "\(last).\($0).bias"] })
        // A head that the configuration calls tied may be stored all the same, and is read then.
        let optional = ["qformer.embeddings.position_ids", "language_model.lm_head.weight"]
        let (stored, named) = (Set(weights.names).subtracting(optional), Set(outline.map(\.name)).subtracting(optional))
        #expect(stored.subtracting(named) == unread)
        #expect(named.subtracting(stored).isEmpty)
    }

    @Test(
        "For the published models it counts transformers' parameters, the tied head, and not the words' last block",
        arguments: [(2048, 5120, 32, 3_957_170_944), (4096, 10240, 64, 12_178_522_880)])
    func parameters(_ width: Int, _ inner: Int, _ heads: Int, _ count: Int) throws {
        let configuration = try Blip2Configuration(
            .example(
                """
                {"model_type": "instructblip", "qformer_config": {"vocab_size": 30523}, "text_config": {"model_type": "t5",
                 "d_model": \(width), "d_ff": \(inner), "d_kv": 64, "num_heads": \(heads), "num_layers": 24,
                 "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false, "bos_token_id": 1}}
                """))
        // Two linear layers and a norm.
        let unread = 768 * 3072 + 3072 + 3072 * 768 + 768 + 2 * 768
        #expect(try configuration.outline().reduce(0) { $0 + $1.elementCount } == count + 32128 * width - unread)
    }

    @Test("generation_config.json counts for nothing; a reference without a length has transformers' own")
    func ignoresGenerationConfiguration() throws {
        let checkpoint = try Blip2Checkpoint(Fixtures.checkpoint("instructblip/flan-form"))
        #expect(checkpoint.folder.generationConfiguration?["max_length"] == .integer(7), "there is something to ignore")
        let options = checkpoint.decoder.defaultOptions()
        #expect(options.beamCount == 1 && options.noRepeatNgramSize == 0 && options.maxNewTokens == 30)
        struct Prompts: Decodable { let defaultLength: Int }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let prompts = try decoder.decode(
            Prompts.self, from: Data(contentsOf: Fixtures.checkpoint("instructblip/prompts.json")))
        let arguments = try GenerateArguments(json: "{}", path: "reference.safetensors")
        let length = try arguments.options(contextLength: 1, startsTexts: true).maxNewTokens
        #expect(length == prompts.defaultLength && prompts.defaultLength == 20)
    }

    @Test(
        "Refuses a checkpoint without a tensor, or with one of another shape, before compiling",
        arguments: [
            (
                #""num_hidden_layers": 2, "vocab_size": 121"#, #""num_hidden_layers": 3, "vocab_size": 121"#,
                "qformer.encoder.layer"
            ),
            (#""intermediate_size": 56"#, #""intermediate_size": 57"#, "[57, 24]"),
            (#""vocab_size": 121"#, #""vocab_size": 122"#, "qformer.embeddings.word_embeddings.weight"),
            (#""max_position_embeddings": 40"#, #""max_position_embeddings": 41"#, "position_embeddings.weight"),
            (#""model_type": "instructblip","#, #""model_type": "blip-2","#, "qformer.layernorm.weight"),
        ])
    func spoiltWeights(from: String, to: String, words: String) throws {
        let temporary = try TemporaryFolder()
        let folder = try temporary.copy(of: "instructblip/flan-form")
        let config = folder.appendingPathComponent("config.json")
        let text = try String(contentsOf: config, encoding: .utf8)
            .replacingOccurrences(of: #",\s+"#, with: ", ", options: .regularExpression)
            .replacingOccurrences(of: "InstructBlipFor", with: to.contains("blip-2") ? "Blip2For" : "InstructBlipFor")
        try #require(text.contains(from))
        try Data(text.replacingOccurrences(of: from, with: to).utf8).write(to: config)
        let cache = temporary.url.appendingPathComponent("cache")
        let checkpoint = try Blip2Checkpoint(try CheckpointFolder(folder))
        let error = try #require(throws: CheckpointError.self) {
            try checkpoint.load(cache: cache, execution: .init(.cpu, .fp32), progress: { _ in }, waiting: {})
        }
        #expect(error.message.contains(words), "\(error)")
        #expect(!FileManager.default.fileExists(atPath: cache.appendingPathComponent("compiled").path))
    }

    @Test("Without the Q-Former's tokenizer it refuses to caption, and says which file to download")
    func missingTokenizer() throws {
        let temporary = try TemporaryFolder()
        let folder = try temporary.copy(of: "instructblip/flan-form")
        let own = folder.appendingPathComponent("qformer_tokenizer")
        for damage in ["nothing in it", "no folder", "no JSON"] {
            switch damage {
            case "nothing in it":
                try FileManager.default.removeItem(at: own.appendingPathComponent("tokenizer.json"))
            case "no folder": try FileManager.default.removeItem(at: own)
            default:
                try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
                try Data("<html>".utf8).write(to: own.appendingPathComponent("tokenizer.json"))
            }
            let checkpoint = try Blip2Checkpoint(folder)
            let error = try #require(throws: Blip2Error.self) { try checkpoint.checkCaptions() }
            #expect(error.code == .missingTokenizer, "\(damage)")
            #expect(
                error.message.contains(own.path) && error.message.contains("Download qformer_tokenizer/tokenizer.json"))
            #expect(checkpoint.defaultInstructionIDs == [0])
        }
    }

    @Test("Refuses tokenizers of other checkpoints: too many words for the Q-Former or for T5, another <image>")
    func mismatchedTokenizers() throws {
        for (damage, words) in [
            ("T5's in the place of the Q-Former's", "qformer_config.vocab_size in the checkpoint's config.json is 121"),
            (
                "another number of the Q-Former's words",
                "qformer_config.vocab_size in the checkpoint's config.json is 20"
            ),
            ("another number of T5's words", "vocab_size in the checkpoint's config.json is 60"),
            ("another image token", "image_token_index in the config.json beside it is 33"),
        ] {
            let temporary = try TemporaryFolder()
            let folder = try temporary.copy(of: "instructblip/flan-form")
            let config = folder.appendingPathComponent("config.json")
            var text = try String(contentsOf: config, encoding: .utf8)
            func replace(_ pattern: String, _ other: String) throws {
                try #require(text.range(of: pattern, options: .regularExpression) != nil, "\(damage)")
                text = text.replacingOccurrences(of: pattern, with: other, options: .regularExpression)
            }
            switch damage {
            case "another number of the Q-Former's words": try replace(#""vocab_size": 121"#, #""vocab_size": 20"#)
            case "another number of T5's words":
                try replace(#""vocab_size": 336"#, #""vocab_size": 60"#)
                try replace(#""image_token_index": \d+"#, #""image_token_index": 33"#)
            case "another image token": try replace(#""image_token_index": \d+"#, #""image_token_index": 33"#)
            default:
                let own = folder.appendingPathComponent("qformer_tokenizer/tokenizer.json")
                let file = folder.appendingPathComponent("tokenizer.json")
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
                var (tokenizer, model) = (object, try #require(object["model"] as? [String: Any]))
                let vocabulary = try #require(model["vocab"] as? [[Any]])
                model["vocab"] = vocabulary + [["<image>", 0.0]] + (0..<130).map { ["x\($0)", -9.0] }
                tokenizer["model"] = model
                try JSONSerialization.data(withJSONObject: tokenizer).write(to: own)
            }
            try Data(text.utf8).write(to: config)
            let error = try #require(throws: Blip2Error.self, "\(damage)") { try Blip2Checkpoint(folder) }
            #expect(error.code == .mismatchedTokenizer && error.message.contains(words), "\(damage): \(error)")
        }
    }
}
