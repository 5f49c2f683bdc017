import Blip2
import Checkpoint
import Foundation
import Testing

@Suite("Tensors of a network")
struct OutlineTests {
    @Test(
        "The outline has the tensors and shapes of a checkpoint that transformers saved", arguments: Fixtures.savedNow)
    func areThose(_ name: String) throws {
        let folder = try CheckpointFolder(Fixtures.checkpoint(name))
        let weights = try folder.weights()
        let outline = try Blip2Configuration(folder.configuration).outline()
        #expect(outline.map(\.name).sorted() == weights.names)
        for tensor in outline { _ = try weights.tensor(tensor.name, shape: tensor.shape) }
        #expect(outline.reduce(0) { $0 + $1.elementCount } == weights.parameterCount)
    }

    @Test(
        "With T5, the outline counts transformers' parameters plus the tied output head",
        arguments: [
            (2048, 5120, 32, 224, 3_876_648_448), (2048, 5120, 32, 364, 3_877_239_808),
            (4096, 10240, 64, 224, 12_098_000_384),
        ])
    func areAsManyWithT5(_ width: Int, _ inner: Int, _ heads: Int, _ imageSize: Int, _ count: Int) throws {
        let text = """
            {"model_type": "blip-2", "vision_config": {"image_size": \(imageSize)}, "text_config": {"model_type": "t5",
             "d_model": \(width), "d_ff": \(inner), "d_kv": 64, "num_heads": \(heads), "num_layers": 24,
             "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false, "bos_token_id": 1}}
            """
        let configuration = try Blip2Configuration(try ConfigurationFile(text: text, path: "config.json"))
        #expect(try configuration.outline().reduce(0) { $0 + $1.elementCount } == count + 32128 * width)
    }

    @Test(
        "The outline counts as many parameters as transformers for the published OPT models",
        arguments: [
            (2560, 10240, 224, 3_744_761_856), (2560, 10240, 364, 3_745_353_216), (4096, 16384, 224, 7_752_869_376),
            (4096, 16384, 364, 7_753_460_736),
        ])
    func areAsMany(_ width: Int, _ inner: Int, _ imageSize: Int, _ count: Int) throws {
        let text = """
            {"model_type": "blip-2", "vision_config": {"image_size": \(imageSize)}, "text_config": {"vocab_size": 50304,
             "hidden_size": \(width), "ffn_dim": \(inner), "num_attention_heads": 32, "num_hidden_layers": 32}}
            """
        let configuration = try Blip2Configuration(try ConfigurationFile(text: text, path: "config.json"))
        #expect(try configuration.outline().reduce(0) { $0 + $1.elementCount } == count)
    }
}

extension Fixtures {
    /// The checkpoints as transformers saves them today: neither rewritten nor with a head that the configuration calls tied.
    fileprivate static let savedNow = names.filter {
        !$0.hasPrefix("older-") && !["mixed-dtypes-sharded", "t5-several-ends", "pytorch-bin"].contains($0)
    }
}
