import Blip2
import Checkpoint
import Foundation
import Testing

@Suite("The tensors that a network asks for")
struct OutlineTests {
    @Test("are those of a checkpoint that transformers saved, in their shapes", arguments: Fixtures.savedNow)
    func areThose(_ name: String) throws {
        let folder = try CheckpointFolder(Fixtures.checkpoint(name))
        let weights = try folder.weights()
        let outline = try Blip2Configuration(folder.configuration).outline()
        #expect(outline.map(\.name).sorted() == weights.names)
        for tensor in outline { _ = try weights.tensor(tensor.name, shape: tensor.shape) }
        #expect(outline.reduce(0) { $0 + $1.elementCount } == weights.parameterCount)
    }

    @Test(
        "are as many numbers as transformers counts in the published captioners",
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
    /// The checkpoints as transformers saves them today: neither rewritten nor with a tied head beside the embeddings.
    fileprivate static let savedNow = names.filter { !$0.hasPrefix("older-") && $0 != "mixed-dtypes-sharded" }
}
