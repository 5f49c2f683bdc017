import Checkpoint
public import Devices
public import Foundation
public import Generation
import ModelRegistry
public import ONNXRuntime
import Randomness
import Testing
import Tokenization

/// A tiny checkpoint with the pictures of its `reference.safetensors`, ready for the cases of a fixture.
public struct GenerationSubject {
    public let model: any VisionLanguageModel
    /// [N, 3, S, S].
    public let pixels: Tensor
    private let cache: CacheFolder

    /// - Parameter folder: the checkpoint's.
    public init(_ folder: URL, _ precision: Precision = .fp32) throws {
        cache = try CacheFolder()
        model = try ModelRegistry.standard.checkpoint(folder).load(
            cache: cache.url, execution: Execution(.cpu, precision), progress: { _ in }, waiting: {})
        pixels = try ParityReference(path: folder.appendingPathComponent("reference.safetensors").path).pixels
    }

    /// What a case's rows join a batch with, each picture as transformers gives it to its decoder.
    public func rows(_ fixture: GenerationFixture.Case) throws -> (pictures: [Tensor], options: [GenerationOptions]) {
        let pixels = try Tensor(rows: fixture.pictures, of: pixels)
        let instructions = fixture.instructions ?? fixture.pictures.map { _ in model.defaultInstructionIDs }
        let encoded = try model.encodePictures(pixels, instructions: instructions, cancellation: nil)
        var given = fixture.arguments
        let stopStrings = try given.removeValue(forKey: "stop_strings")?.strings.map { strings in
            let tokenizer = try model.tokenizer()
            return StopStrings(strings) { tokenizer.decode($0, skippingSpecialTokens: true) }
        }
        let arguments = try GenerateArguments(json: given.json, path: "generation.json")
        let options = try fixture.pictures.indices.map { index in
            let promptIDs = fixture.prompts?[index]
            var options = try arguments.options(
                contextLength: model.decoder.contextLength(promptIDs: promptIDs), startsTexts: model.decoder.startsTexts
            )
            options.promptIDs = promptIDs
            options.stopStrings = stopStrings
            return options
        }
        return (try model.picturesAsOneBatch(encoded), options)
    }

    /// Holds every text of some cases, and every score, against transformers'.
    public func expectEqualTexts(_ cases: [GenerationFixture.Case]) throws {
        for (number, fixture) in cases.enumerated() {
            let (pictures, options) = try rows(fixture)
            let batch = GenerationBatch(model.makeDecoderRunner())
            _ = try batch.join(pictures, options)
            let found = try batch.finish().flatMap(\.sequences)
            #expect(found.map(\.ids) == fixture.sequences, "case \(number): \(fixture.arguments)")
            #expect(batch.rowCount == 0)
            guard let scores = fixture.scores else {
                #expect(found.allSatisfy { $0.score == nil })
                continue
            }
            for (sequence, expected) in zip(found, scores) {
                let score = try #require(sequence.score)
                #expect(abs(score - expected) <= 1e-3 * max(1, abs(expected)), "case \(number)")
            }
        }
    }

    /// Has requests of all kinds join, run and leave together, and holds what they give against what they give alone.
    public func expectEqualTextsTogether(_ cases: [GenerationFixture.Case]) throws {
        let batch = GenerationBatch(model.makeDecoderRunner())
        var random = SplitMix64(seed: 11)
        var expected: [GenerationBatch.RequestID: [[Int]]] = [:]
        var left: Set<GenerationBatch.RequestID> = []
        var found: [GenerationBatch.RequestID: [[Int]]] = [:]
        var mostRows = 0
        for fixture in cases.shuffled(using: &random) {
            let (pictures, options) = try rows(fixture)
            let ids = try batch.join(pictures, options)
            let count = fixture.sequences.count / ids.count
            for (index, id) in ids.enumerated() {
                expected[id] = Array(fixture.sequences[index * count..<(index + 1) * count])
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                mostRows = max(mostRows, batch.rowCount)
                try batch.step()
            }
            for row in batch.takeFinished() { found[row.id] = row.sequences.map(\.ids) }
            // Now and then one that others run beside goes before its end.
            if let id = ids.first, found[id] == nil, Int.random(in: 0..<4, using: &random) == 0 {
                batch.remove(id)
                left.insert(id)
            }
        }
        for row in try batch.finish() { found[row.id] = row.sequences.map(\.ids) }
        #expect(found == expected.filter { !left.contains($0.key) })
        #expect(batch.rowCount == 0)
        #expect(mostRows > 4)
    }

    /// Has random rows join and leave at any step, and holds their tokens against those that they get alone.
    public func expectEqualTextsInAnySchedule() throws {
        let batch = GenerationBatch(model.makeDecoderRunner())
        var (joinedWhileOthersRan, removedCount) = (0, 0)
        for seed in 1...4 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let rows = try RandomRows(model, count: 12, using: &random)
            var schedule = GenerationSchedule(rows: rows, batch: batch)
            while !schedule.isOver { try schedule.act(using: &random) }
            for row in schedule.results.keys.sorted() {
                #expect(schedule.results[row] == rows.ids[row], "seed \(seed), row \(row)")
            }
            #expect(schedule.results.count == rows.ids.count - schedule.removedCount, "seed \(seed)")
            joinedWhileOthersRan += schedule.joinedWhileOthersRan
            removedCount += schedule.removedCount
        }
        // Otherwise the schedules have tried nothing.
        #expect(joinedWhileOthersRan >= 4)
        #expect(removedCount >= 2)
    }
}

extension Tensor {
    /// Some of a tensor's rows, in any order.
    fileprivate convenience init(rows: [Int], of other: Tensor) throws {
        let size = other.shape.dropFirst().reduce(1, *)
        let values = try other.array(of: Float.self)
        try self.init(
            rows.flatMap { values[$0 * size..<($0 + 1) * size] }, shape: [rows.count] + other.shape.dropFirst())
    }
}

/// A folder for compiled models that goes when the subject does.
private final class CacheFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}
