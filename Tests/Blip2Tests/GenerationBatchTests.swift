import Captioning
import Dispatch
import Foundation
import ONNXRuntime
import Randomness
import StandIns
import Testing

@testable import Blip2
@testable import Generation

@Suite("Generation batch", .heavy)
struct GenerationBatchTests {
    private let cache: TemporaryFolder
    private let model: Blip2Model
    private let batch: GenerationBatch
    /// Six rows without ends and their lone tokens.
    private let inputs: Tensor
    private let rowCount = 6

    init() throws {
        cache = try TemporaryFolder()
        model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        batch = GenerationBatch(model.makeDecoderRunner())
        var random = SplitMix64(seed: 7)
        let shape = [rowCount, model.configuration.queryTokenCount, model.configuration.text.hiddenSize]
        inputs = try Tensor(
            (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) }, shape: shape)
    }

    private func options(_ count: Int, prompt: [Int]? = nil, beams: Int = 1) -> GenerationOptions {
        var options = GenerationOptions(maxNewTokens: count)
        options.beamCount = beams
        options.eosTokenIDs = []
        options.promptIDs = prompt
        return options
    }

    private func alone(_ row: Int, _ options: GenerationOptions) throws -> [Int] {
        try model.generate(try inputs.rows(row..<row + 1), [options])[0].ids
    }

    /// Pictures as the decoder takes them.
    private func pictures(_ rows: Range<Int>) throws -> [Tensor] { try model.imageEmbeddings(try inputs.rows(rows)) }

    private func join(_ rows: Range<Int>, _ options: GenerationOptions) throws -> [GenerationBatch.RequestID] {
        try batch.join(try pictures(rows), Array(repeating: options, count: rows.count))
    }

    @Test("Rows with different prompts join together; their ids come in the order given")
    func joinsPrompts() throws {
        let all = [options(5), options(4, prompt: [7, 8, 9]), options(3), options(6, prompt: [5, 6, 7])]
        let ids = try batch.join(try pictures(0..<4), all)
        #expect(Set(ids).count == 4)
        let finished = try batch.finish()
        for (row, id) in ids.enumerated() {
            #expect(try finished.first { $0.id == id }?.ids == alone(row, all[row]))
        }
    }

    @Test("A row that ends with its first token is never decoded")
    func endsAtOnce() throws {
        let ids = try batch.join(try pictures(0..<3), [options(3), options(1), options(3)])
        #expect(batch.requestCount == 2)
        let first = batch.takeFinished()
        #expect(first.map(\.id) == [ids[1]])
        #expect(try first.first?.ids == alone(1, options(1)))
        #expect(first.first.map { $0.prefillTime > .zero && $0.decodeTime == .zero } == true)
        #expect(try batch.finish().map(\.ids) == [alone(0, options(3)), alone(2, options(3))])
    }

    @Test("Returns each finished row once")
    func tellsOnce() throws {
        _ = try join(0..<2, options(1))
        #expect(batch.takeFinished().count == 2)
        #expect(batch.takeFinished().isEmpty)
    }

    @Test("Stepping an empty batch does nothing")
    func worksEmpty() throws {
        #expect(try join(0..<0, options(1)).isEmpty)
        try batch.step()
        #expect(batch.requestCount == 0)
        #expect(batch.takeFinished().isEmpty)
    }

    @Test("A removed row never shows up as finished")
    func removes() throws {
        let ended = try join(0..<1, options(1))[0]
        let ids = try join(1..<4, options(5))
        batch.remove(ended)
        try batch.step()
        batch.remove(ids[0])
        batch.remove(ids[0])
        #expect(batch.requestCount == 2)
        let finished = try batch.finish()
        #expect(finished.map(\.id) == Array(ids[1...]))
        #expect(try finished.map(\.ids) == [alone(2, options(5)), alone(3, options(5))])
    }

    @Test("The KV cache grows during a run, for more rows and for longer ones, without changing running rows")
    func grows() throws {
        _ = try join(0..<1, options(20))
        #expect(batch.decoder.capacity == (1, 32))
        for _ in 0..<3 { try batch.step() }
        _ = try join(1..<3, options(40))
        #expect(batch.decoder.capacity == (4, 64))
        for _ in 0..<3 { try batch.step() }
        _ = try join(3..<6, options(10))
        #expect(batch.decoder.capacity == (8, 64))
        let ids = try batch.finish().map(\.ids)
        let counts = [20, 40, 40, 10, 10, 10]
        #expect(try ids == counts.enumerated().map { try alone($0.offset, options($0.element)) })
    }

    @Test("Keeps a small cache for later rows, and frees a large one when the last row leaves")
    func givesMemoryBack() throws {
        _ = try join(0..<2, options(5))
        _ = try batch.finish()
        #expect(batch.decoder.capacity == (2, 32))

        let rows = model.makeDecoderRunner(keptBytes: 1000)
        try rows.reserve(rows: 2, positions: 10)
        _ = try rows.prefill(try inputs.rows(0..<2), prompts: [[2], [2]], cancellation: nil)
        rows.remove(at: 0)
        #expect(rows.capacity == (2, 32))
        rows.remove(at: 0)
        #expect(rows.capacity == (0, 0))
    }

    @Test("One row that does not fit refuses all rows joining with it; running rows are unchanged")
    func refusesBadRows() throws {
        _ = try join(0..<2, options(6))
        try batch.step()
        let bad = [options(0), options(1000), options(3, prompt: []), options(3, prompt: [-1])]
        for bad in bad {
            let error = try #require(throws: GenerationError.self) {
                try batch.join(try pictures(2..<4), [options(3), bad])
            }
            #expect(error.code == .invalidInput)
        }
        let error = try #require(throws: GenerationError.self) {
            try batch.join(try pictures(0..<rowCount), [options(3)])
        }
        #expect(error.code == .invalidInput)
        #expect(throws: Blip2Error.self) { try model.imageEmbeddings(try Tensor(.float32, shape: [1, 2, 3])) }
        #expect(batch.requestCount == 2)
        #expect(try batch.finish().map(\.ids) == [alone(0, options(6)), alone(1, options(6))])
    }

    @Test("If one prefill fails, none of the joining rows joins")
    func joinsAllOrNone() throws {
        _ = try join(0..<1, options(6))
        let width = model.configuration.text.wordEmbeddingSize
        let pictures = [
            try inputs.rows(1..<2),
            try Tensor(.float32, shape: [1, model.configuration.queryTokenCount, width + 1]),
        ]
        #expect(throws: ONNXRuntimeError.self) {
            try batch.join(
                pictures, [options(3), options(3, prompt: [5, 6])])
        }
        #expect(batch.requestCount == 1)
        #expect(batch.decoder.lengths.count == 1)
        _ = try join(2..<3, options(4))
        #expect(try batch.finish().map(\.ids) == [alone(0, options(6)), alone(2, options(4))])
    }

    @Test("Cancelled work throws, and the batch still works after all rows are removed")
    func cancels() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        _ = try join(0..<2, options(6))
        let attempts: [() throws -> Void] = [
            { try batch.step(cancellation: cancellation) },
            {
                _ = try batch.join(
                    try pictures(2..<4), [options(3), options(3)], cancellation: cancellation)
            },
        ]
        for attempt in attempts {
            #expect(throws: CancellationError.self) { try attempt() }
        }
        batch.removeAll()
        #expect(batch.requestCount == 0)
        #expect(batch.decoder.capacity == (0, 0))
        _ = try join(2..<4, options(6))
        #expect(try batch.finish().map(\.ids) == [alone(2, options(6)), alone(3, options(6))])
    }

    @Test("A step stopped in the middle changes nothing and can be repeated", arguments: [1, 3])
    func survivesStoppedRuns(beams: Int) throws {
        _ = try join(0..<3, options(30, beams: beams))
        var joined = 3
        for round in 0..<40 where batch.requestCount > 0 {
            let cancellation = Cancellation()
            let group = DispatchGroup()
            // Somewhere before, within or behind the run.
            DispatchQueue.global().async(group: group) {
                Thread.sleep(forTimeInterval: Double(round) * 10e-6)
                cancellation.cancel()
            }
            do {
                if joined < rowCount && round % 8 == 7 {
                    _ = try batch.join(
                        try pictures(joined..<joined + 1), [options(30, beams: beams)], cancellation: cancellation)
                    joined += 1
                } else {
                    try batch.step(cancellation: cancellation)
                }
            } catch {
                #expect(error is CancellationError)
            }
            group.wait()
        }
        let ids = try batch.finish().map(\.ids)
        #expect(try ids == (0..<joined).map { try alone($0, options(30, beams: beams)) })
    }

    @Test("Streams every token of a single hypothesis, and none of a beam search")
    func tellsTokens() throws {
        var sampled = options(4)
        sampled.sampling = .init(seed: 2)
        let ids = try batch.join(try pictures(0..<3), [options(4), options(4, beams: 3), sampled])
        var read: [[[Int]]] = []
        while batch.requestCount > 0 {
            read.append(ids.map(batch.tokens))
            try batch.step()
        }
        let texts = batch.takeFinished().sorted { $0.id.number < $1.id.number }.map(\.ids)
        #expect(read.map { $0[0] } == (1...3).map { Array(texts[0].prefix($0)) })
        #expect(read.allSatisfy { $0[1] == [] })
        #expect(read.map { $0[2] } == (1...3).map { Array(texts[2].prefix($0)) })
        #expect(ids.allSatisfy { batch.tokens(of: $0) == [] })
    }

    @Test("A request uses one decoder row per beam, and frees all of them at its end")
    func takesRows() throws {
        _ = try join(0..<1, options(6, beams: 5))
        #expect(batch.requestCount == 1)
        #expect(batch.decoder.lengths.count == 5)
        #expect(batch.decoder.capacity.rows == 8)
        let ids = try join(1..<3, options(6, beams: 2))
        #expect(batch.decoder.lengths.count == 9)
        #expect(batch.decoder.capacity.rows == 16)
        batch.remove(ids[0])
        #expect(batch.decoder.lengths.count == 7)
        #expect(try batch.finish().map(\.ids) == [alone(0, options(6, beams: 5)), alone(2, options(6, beams: 2))])
        #expect(batch.decoder.lengths.isEmpty)
    }

    @Test("Finished samples free their rows while others continue")
    func shrinks() throws {
        var several = options(20)
        several.sampling = .init(seed: 6)
        several.returnedSequences = 4
        let free = try model.generate(try inputs.rows(0..<1), [several])[0].sequences
        several.eosTokenIDs = [free[1].ids[2]]
        _ = try batch.join(try pictures(0..<1), [several])
        var counts: Set<Int> = []
        while batch.requestCount > 0 {
            counts.insert(batch.decoder.lengths.count)
            try batch.step()
        }
        #expect(counts.count > 1)
        let texts = try #require(batch.takeFinished().first).sequences.map(\.ids)
        for (text, free) in zip(texts, free) { #expect(text == Array(free.ids.prefix(text.count))) }
        #expect(texts[1].count <= 3)
    }

    @Test("A group of beams that is done gives its rows back while others go on")
    func shrinksByGroups() throws {
        var groups = options(12, beams: 3)
        (groups.beamGroupCount, groups.diversityPenalty, groups.returnedSequences) = (3, 1.5, 3)
        groups.earlyStopping = .always
        let free = try model.generate(try inputs.rows(0..<1), [groups])[0].sequences
        groups.eosTokenIDs = [free[0].ids[3]]
        let expected = try model.generate(try inputs.rows(0..<1), [groups])[0].sequences
        _ = try join(1..<2, options(12))
        let id = try #require(try join(0..<1, groups).first)
        var counts: [Int] = []
        while batch.requestCount > 0 {
            counts.append(batch.decoder.lengths.count)
            try batch.step()
        }
        #expect(counts.first == 4)
        #expect(counts.contains { (2...3).contains($0) }, "\(counts)")
        #expect(batch.takeFinished().first { $0.id == id }?.sequences == expected)
        #expect(batch.decoder.lengths.isEmpty)
    }

    @Test("A copied row continues as the original, and a reassigned row as its new parent")
    func copiesRows() throws {
        let rows = batch.decoder
        try rows.reserve(rows: 4, positions: 20)
        _ = try rows.prefill(try inputs.rows(0..<2), prompts: [[2, 9], [2, 9]], cancellation: nil)
        _ = try rows.step([5, 6], cancellation: nil)
        rows.copy(row: 1, times: 2)
        #expect(rows.lengths == Array(repeating: rows.lengths[0], count: 4))
        rows.reorder(rows: [0, 3], parents: [1, 3], from: 0)
        let logits = try rows.step([7, 7, 7, 7], cancellation: nil)
        let expected = try logits.rows(1..<2).array(of: Float.self)
        for row in [0, 2, 3] {
            let found = try logits.rows(row..<row + 1).array(of: Float.self)
            for (score, expected) in zip(found, expected) { #expect(abs(score - expected) <= 1e-4) }
        }
    }
}
