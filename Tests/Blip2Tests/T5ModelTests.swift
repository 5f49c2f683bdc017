import Checkpoint
import Foundation
import Generation
import ONNXRuntime
import Randomness
import StandIns
import Testing

@testable import Blip2

@Suite("T5 language model", .heavy)
struct T5ModelTests {
    private let cache: TemporaryFolder

    init() throws {
        cache = try TemporaryFolder()
    }

    /// A copy of a checkpoint in which a tensor has another name of the same length.
    private func checkpoint(_ name: String, renaming tensor: String, to other: String) throws -> URL {
        let folder = try cache.copy(of: name)
        let file = folder.appendingPathComponent("model.safetensors")
        var bytes = try Data(contentsOf: file)
        let place = try #require(bytes.range(of: Data("\"\(tensor)\"".utf8)))
        bytes.replaceSubrange(place, with: Data("\"\(other)\"".utf8))
        try bytes.write(to: file)
        return folder
    }

    @Test(
        "Names a missing relative attention bias",
        arguments: [
            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
            "encoder.block.1.layer.1.DenseReluDense.wi_1.weight",
            "decoder.block.1.layer.1.EncDecAttention.k.weight", "decoder.final_layer_norm.weight",
        ])
    func namesMissingTensors(_ tensor: String) throws {
        let name = "language_model.\(tensor)"
        let folder = try checkpoint("t5-flan-form", renaming: name, to: name.dropLast() + "x")
        let error = try #require(throws: CheckpointError.self) { try Blip2Model(folder: folder, cache: cache.url) }
        #expect(error.code == .missingTensor)
        #expect(error.message.contains(name))
    }

    @Test("Refuses a checkpoint without an embedding table, naming the shared one")
    func needsATable() throws {
        let folder = try checkpoint(
            "t5-tied-relu", renaming: "language_model.shared.weight", to: "language_model.shored.weight")
        let error = try #require(throws: CheckpointError.self) { try Blip2Model(folder: folder, cache: cache.url) }
        #expect(error.code == .missingTensor)
        #expect(error.message.contains("language_model.shared.weight"))
    }

    @Test(
        "Finds the tied embedding table under any of its names",
        arguments: ["encoder.embed_tokens", "decoder.embed_tokens", "lm_head"])
    func findsTheTable(_ use: String) throws {
        // Safetensors headers may be followed by spaces, but not grow: the new name has to fit into the old one's place.
        let folder = try cache.copy(of: "t5-tied-relu")
        let file = folder.appendingPathComponent("model.safetensors")
        let bytes = try Data(contentsOf: file)
        let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
            .replacingOccurrences(of: "language_model.shared.weight", with: "language_model.\(use).weight")
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        let prefix = withUnsafeBytes(of: UInt64(padded.utf8.count).littleEndian) { Data($0) }
        try (prefix + Data(padded.utf8) + bytes[(8 + length)...]).write(to: file)
        let model = try Blip2Model(folder: folder, cache: cache.url)
        #expect(try model.parity(referencePath: Fixtures.reference("t5-tied-relu")).isWithinBounds)
    }

    @Test("Prompts of different lengths get the same tokens in a batch as alone")
    func joinsPrompts() throws {
        let model = try Blip2Model(folder: Fixtures.checkpoint("t5-flan-form"), cache: cache.url)
        var random = SplitMix64(seed: 3)
        let shape = [4, model.configuration.queryTokenCount, model.configuration.text.hiddenSize]
        let inputs = try Tensor(
            (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }, shape: shape)
        let prompts: [[Int]?] = [nil, [9, 8, 7, 6, 5, 1], [30, 1], [4, 5, 6, 7, 8, 9]]
        let options = prompts.map { prompt in
            var options = GenerationOptions(maxNewTokens: 12)
            options.eosTokenIDs = []
            options.promptIDs = prompt
            return options
        }
        let together = try model.generate(inputs, options).map(\.ids)
        for row in prompts.indices {
            #expect(try together[row] == model.generate(try inputs.rows(row..<row + 1), [options[row]])[0].ids)
        }
    }

    @Test("The prompt does not reduce max_new_tokens; a prompt too long for the encoder is refused")
    func bounds() throws {
        let model = try Blip2Model(folder: Fixtures.checkpoint("t5-flan-form"), cache: cache.url)
        let queries = model.configuration.queryTokenCount
        #expect(model.decoder.maximumNewTokens(promptLength: 1) == 512)
        #expect(model.decoder.maximumNewTokens(promptLength: 512 - queries) == 512)
        #expect(model.decoder.maximumNewTokens(promptLength: 513 - queries) == 0)
        var options = GenerationOptions(maxNewTokens: 1)
        options.promptIDs = Array(repeating: 4, count: 513 - queries)
        #expect(try #require(throws: GenerationError.self) { try model.decoder.check(options) }.code == .invalidInput)
        try model.decoder.check(GenerationOptions(maxNewTokens: 512))
    }

    @Test("A T5 model without a start token uses the end token as its prompt")
    func defaultPrompt() throws {
        let text = #"{"text_config": {"model_type": "t5", "decoder_start_token_id": 0, "eos_token_id": [5, 1]}}"#
        #expect(try Blip2Configuration(.example(text)).text.defaultPromptIDs == [5])
        #expect(try Blip2Configuration(.example("{}")).text.defaultPromptIDs == [2])
    }
}
