import Captioning
import ONNXRuntime
import Randomness
import StandIns
import Testing

@testable import Blip2
@testable import Generation

/// What beams ask of a decoder's rows, in both families.
@Suite("Decoder rows", .heavy)
struct DecoderRunnerTests {
    private static let names = ["opt-pre-norm", "t5-flan-form", "t5-far-positions"]

    /// A decoder with room, and a picture for it.
    private struct Bench {
        let cache: TemporaryFolder
        let model: Blip2Model
        let picture: Tensor
        let prompt = [5, 6, 7]

        init(_ name: String) throws {
            cache = try TemporaryFolder()
            model = try Blip2Model(folder: Fixtures.checkpoint(name), cache: cache.url)
            var random = SplitMix64(seed: 11)
            let shape = [1, model.configuration.queryTokenCount, model.configuration.text.wordEmbeddingSize]
            picture = try Tensor(
                (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }, shape: shape)
        }

        func rows() throws -> any DecoderRunner {
            let rows = model.makeDecoderRunner()
            try rows.reserve(rows: 4, positions: model.configuration.queryTokenCount + prompt.count + 8)
            return rows
        }

        /// The scores behind the tokens of one row that has the decoder for itself.
        func alone(_ tokens: [Int]) throws -> [Float] {
            let rows = try rows()
            var scores = try rows.prefill(picture, prompts: [prompt], cancellation: nil)
            for token in tokens { scores = try rows.step([token], cancellation: nil) }
            return Array(try scores.array(of: Float.self).prefix(model.configuration.text.vocabularySize))
        }

        /// The scores of some rows.
        func scores(_ logits: Tensor, _ row: Int) throws -> [Float] {
            let size = model.configuration.text.vocabularySize
            return Array(try logits.array(of: Float.self)[row * size..<(row + 1) * size])
        }
    }

    private func expectEqual(_ left: [Float], _ right: [Float]) {
        let difference = zip(left, right).map { abs($0 - $1) }.max() ?? .infinity
        let size = right.map(abs).max() ?? 0
        #expect(left.count == right.count && difference <= 1e-4 * size, "\(difference) of \(size)")
    }

    @Test("Copies of a row continue as the original would", arguments: names)
    func copies(_ name: String) throws {
        let bench = try Bench(name)
        let rows = try bench.rows()
        _ = try rows.prefill(bench.picture, prompts: [bench.prompt], cancellation: nil)
        let length = rows.lengths[0]
        rows.copy(row: 0, times: 2)
        #expect(rows.lengths == [length, length, length])
        _ = try rows.step([8, 9, 10], cancellation: nil)
        let logits = try rows.step([11, 12, 13], cancellation: nil)
        for (row, tokens) in [[8, 11], [9, 12], [10, 13]].enumerated() {
            expectEqual(try bench.scores(logits, row), try bench.alone(tokens))
        }
    }

    @Test("A reordered row continues from its parent's cache", arguments: names)
    func reorders(_ name: String) throws {
        let bench = try Bench(name)
        let rows = try bench.rows()
        _ = try rows.prefill(bench.picture, prompts: [bench.prompt], cancellation: nil)
        let fork = rows.lengths[0]
        rows.copy(row: 0, times: 2)
        _ = try rows.step([8, 9, 10], cancellation: nil)
        rows.reorder(rows: [0, 2], parents: [1, 2], from: fork)
        let logits = try rows.step([11, 12, 13], cancellation: nil)
        for (row, tokens) in [[9, 11], [9, 12], [10, 13]].enumerated() {
            expectEqual(try bench.scores(logits, row), try bench.alone(tokens))
        }
    }

    @Test(
        "Removing a row, or joining one with a longer prompt, changes no other row", arguments: names)
    func moves(_ name: String) throws {
        let bench = try Bench(name)
        let rows = try bench.rows()
        _ = try rows.prefill(bench.picture, prompts: [bench.prompt], cancellation: nil)
        rows.copy(row: 0, times: 1)
        _ = try rows.step([8, 9], cancellation: nil)
        rows.remove(at: 0)
        let long = Array(repeating: 4, count: 30)
        try rows.reserve(rows: 2, positions: bench.model.configuration.queryTokenCount + long.count + 8)
        _ = try rows.prefill(bench.picture, prompts: [long], cancellation: nil)
        let logits = try rows.step([10, 11], cancellation: nil)
        expectEqual(try bench.scores(logits, 0), try bench.alone([9, 10]))
    }

    @Test("A cancelled run leaves the rows unchanged", arguments: names)
    func survivesStoppedRuns(_ name: String) throws {
        let bench = try Bench(name)
        let rows = try bench.rows()
        _ = try rows.prefill(bench.picture, prompts: [bench.prompt], cancellation: nil)
        let stopped = Cancellation()
        stopped.cancel()
        #expect(throws: CancellationError.self) { _ = try rows.step([8], cancellation: stopped) }
        #expect(throws: CancellationError.self) {
            _ = try rows.prefill(bench.picture, prompts: [Array(repeating: 3, count: 20)], cancellation: stopped)
        }
        #expect(rows.lengths.count == 1)
        expectEqual(try bench.scores(try rows.step([8], cancellation: nil), 0), try bench.alone([8]))
    }

    @Test("Frees a large cache when the last row leaves", arguments: names)
    func givesMemoryBack(_ name: String) throws {
        let bench = try Bench(name)
        let rows = bench.model.makeDecoderRunner(keptBytes: 1000)
        try rows.reserve(rows: 1, positions: 20)
        _ = try rows.prefill(bench.picture, prompts: [bench.prompt], cancellation: nil)
        rows.remove(at: 0)
        #expect(rows.capacity == (0, 0))
    }
}
