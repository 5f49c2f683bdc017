import Blip2
import Foundation
import ONNXRuntime
import Testing

/// Repeatable randomness.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let mixed = (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        return mixed ^ (mixed >> 33)
    }
}

@Suite("Rows that join and leave")
struct DecodingBatchTests {
    private let cache: TemporaryFolder

    init() throws { cache = try TemporaryFolder() }

    /// A picture's language inputs [1, Q, H] and what is asked of it.
    private struct Request {
        let inputs: Tensor
        let options: GenerationOptions
    }

    private func model(_ name: String = "opt-pre-norm") throws -> Blip2Model {
        try Blip2Model(folder: Fixtures.checkpoint(name), cache: cache.url)
    }

    private func requests(_ count: Int, _ model: Blip2Model, _ random: inout Seeded) throws -> [Request] {
        let side = model.configuration.vision.imageSize
        return try (0..<count).map { _ in
            let pixels = (0..<3 * side * side).map { _ in Float.random(in: -2...2, using: &random) }
            let encoding = try model.encode(try Tensor(pixels, shape: [1, 3, side, side]))
            var options = GenerationOptions(maxNewTokens: Int.random(in: 1...12, using: &random))
            options.minNewTokens = Int.random(in: 0...options.maxNewTokens, using: &random)
            if Bool.random(using: &random) {
                options.promptIDs = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                    Int.random(in: 3..<model.configuration.text.vocabularySize, using: &random)
                }
            }
            return Request(inputs: encoding.languageInputs, options: options)
        }
    }

    private func alone(_ request: Request, _ model: Blip2Model) throws -> [Int] {
        let batch = DecodingBatch(model)
        _ = try batch.join(request.inputs, [request.options])
        while batch.rowCount > 0 { try batch.step() }
        return batch.takeFinished()[0].ids
    }

    /// Several pictures' inputs as one tensor [k, Q, H].
    private func joined(_ tensors: [Tensor]) throws -> Tensor {
        try Tensor(
            try tensors.flatMap { try $0.array(of: Float.self) },
            shape: [tensors.count] + tensors[0].shape.dropFirst())
    }

    @Test(
        "However rows join and leave, each becomes what it becomes alone",
        arguments: ["opt-pre-norm", "opt-post-norm", "opt-350m-form", "opt-projected-embeddings", "several-ends"],
        0..<4)
    func anySchedule(name: String, seed: UInt64) throws {
        let model = try model(name)
        var random = Seeded(state: seed)
        let requests = try requests(10, model, &random)
        let expected = try requests.map { try alone($0, model) }

        let batch = DecodingBatch(model)
        var waiting = Array(requests.indices)
        var running: [DecodingBatch.RowID: Int] = [:]
        var results: [Int: [Int]] = [:]
        var removed: Set<Int> = []
        while !waiting.isEmpty || batch.rowCount > 0 {
            let count = min(waiting.count, Int.random(in: 0...3, using: &random))
            if count > 0 {
                let joining = Array(waiting.prefix(count))
                waiting.removeFirst(count)
                let ids = try batch.join(
                    try joined(joining.map { requests[$0].inputs }), joining.map { requests[$0].options })
                for (id, request) in zip(ids, joining) { running[id] = request }
            }
            if let (id, request) = running.sorted(by: { $0.value < $1.value }).first,
                Int.random(in: 0..<8, using: &random) == 0, results[request] == nil
            {
                batch.remove(id)
                removed.insert(request)
            }
            try batch.step()
            for row in batch.takeFinished() {
                guard let request = running.removeValue(forKey: row.id) else { continue }
                results[request] = row.ids
            }
        }
        for (index, ids) in expected.enumerated() where results[index] != nil || !removed.contains(index) {
            #expect(results[index] == ids)
        }
        #expect(results.count >= requests.count - removed.count)
    }

    @Test("A row that needs more room than there is makes the memory grow under those that run")
    func growth() throws {
        let model = try model()
        var random = Seeded(state: 7)
        var requests = try requests(2, model, &random)
        var long = GenerationOptions(maxNewTokens: model.maximumNewTokens(promptLength: 1))
        long.minNewTokens = long.maxNewTokens
        requests[1] = Request(inputs: requests[1].inputs, options: long)
        var first = requests[0].options
        (first.maxNewTokens, first.minNewTokens) = (12, 12)
        requests[0] = Request(inputs: requests[0].inputs, options: first)
        let expected = try requests.map { try alone($0, model) }

        let batch = DecodingBatch(model)
        let ids = try requests.map { request in
            defer { try? batch.step() }
            return try batch.join(request.inputs, [request.options])[0]
        }
        while batch.rowCount > 0 { try batch.step() }
        let results = Dictionary(uniqueKeysWithValues: batch.takeFinished().map { ($0.id, $0.ids) })
        for (id, expected) in zip(ids, expected) { #expect(results[id] == expected) }
    }

    @Test("Options that do not fit are refused, and the rows that run do not notice")
    func refusal() throws {
        let model = try model()
        var random = Seeded(state: 3)
        let requests = try requests(1, model, &random)
        var options = GenerationOptions(maxNewTokens: 8)
        options.minNewTokens = 8
        let request = Request(inputs: requests[0].inputs, options: options)
        let expected = try alone(request, model)
        let batch = DecodingBatch(model)
        _ = try batch.join(request.inputs, [options])
        let error = #expect(throws: Blip2Error.self) {
            try batch.join(request.inputs, [GenerationOptions(maxNewTokens: 0)])
        }
        #expect(error?.code == .invalidInput)
        while batch.rowCount > 0 { try batch.step() }
        #expect(batch.takeFinished().map(\.ids) == [expected])
    }

    @Test("After a run that was cancelled the batch can be emptied and used again")
    func cancellation() throws {
        let model = try model()
        var random = Seeded(state: 5)
        let request = try requests(1, model, &random)[0]
        let expected = try alone(request, model)
        let batch = DecodingBatch(model)
        var long = GenerationOptions(maxNewTokens: 10)
        long.minNewTokens = 10
        _ = try batch.join(request.inputs, [long])
        let cancellation = Cancellation()
        cancellation.cancel()
        for work in [
            { try batch.step(cancellation: cancellation) },
            { _ = try batch.join(request.inputs, [long], cancellation: cancellation) },
        ] {
            let error = #expect(throws: Blip2Error.self) { try work() }
            #expect(error?.code == .cancelled)
        }
        batch.removeAll()
        #expect(batch.rowCount == 0)
        _ = try batch.join(request.inputs, [request.options])
        while batch.rowCount > 0 { try batch.step() }
        #expect(batch.takeFinished().map(\.ids) == [expected])
    }
}
