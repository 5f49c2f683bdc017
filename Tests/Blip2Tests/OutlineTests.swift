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
}

extension Fixtures {
    /// The checkpoints as transformers saves them today: neither rewritten nor with a tied head beside the embeddings.
    fileprivate static let savedNow = names.filter { !$0.hasPrefix("older-") && $0 != "mixed-dtypes-sharded" }
}
