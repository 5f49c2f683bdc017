import CaptionerFixtures
import Captioning
import Devices
import Foundation
import Networks
import ONNXRuntime
import Randomness
import StandIns
import Testing

@testable import Blip2
@testable import Generation

@Suite("Half precision", .heavy)
struct HalfPrecisionTests {
    private func model(_ name: String, _ cache: TemporaryFolder) throws -> Blip2Model {
        try Blip2Model(folder: Fixtures.checkpoint(name), cache: cache.url, precision: .fp16)
    }

    @Test("Every stage is close to transformers in fp16, and the ids are equal", arguments: Fixtures.names)
    func agrees(_ name: String) throws {
        let cache = try TemporaryFolder()
        let report = try model(name, cache).parity(referencePath: Fixtures.reference(name))
        for stage in report.stages {
            #expect(stage.isWithinBound && stage.cosine > 0.9999, "\(stage.name.rawValue): \(stage.relativeError)")
        }
        #expect(report.ids == report.referenceIDs)
    }

    @Test("T5's hidden states may exceed the range of fp16")
    func survivesLargeStates() throws {
        let cache = try TemporaryFolder()
        let folder = try cache.copy(of: "t5-flan-form")
        try scale(by: 1e7, folder.appendingPathComponent("model.safetensors")) {
            $0.hasSuffix("DenseReluDense.wo.weight")
        }
        let reference = try ParityReference(path: Fixtures.reference("t5-flan-form"))
        let logits = try [Precision.fp32, .fp16].map { precision in
            let model = try Blip2Model(folder: folder, cache: cache.url, precision: precision)
            let rows = model.makeDecoderRunner()
            let prompts = Array(repeating: [5, 1], count: reference.pixels.shape[0])
            try rows.reserve(rows: prompts.count, positions: model.configuration.queryTokenCount + 4)
            let embeddings = try model.encode(reference.pixels).languageInputs
            return try rows.prefill(embeddings, prompts: prompts, cancellation: nil).array(of: Float.self)
        }
        let stage = ParityReport.Stage(name: .firstLogits, logits[1], expected: logits[0], bound: .relativeError(1e-2))
        #expect(logits[0].allSatisfy { $0.isFinite })
        #expect(stage.isWithinBound, "\(stage.relativeError)")
    }

    /// Multiplies tensors of 32-bit floats in a file.
    private func scale(by factor: Float, _ file: URL, where isMeant: (String) -> Bool) throws {
        var bytes = try Data(contentsOf: file)
        let start = 8 + Int(bytes.prefix(8).enumerated().reduce(0) { $0 + UInt64($1.element) << (8 * $1.offset) })
        let header = try #require(try JSONSerialization.jsonObject(with: bytes[8..<start]) as? [String: Any])
        for (name, entry) in header where isMeant(name) {
            let offsets = try #require((entry as? [String: Any])?["data_offsets"] as? [Int])
            bytes.withUnsafeMutableBytes { bytes in
                for place in stride(from: start + offsets[0], to: start + offsets[1], by: 4) {
                    let value = bytes.loadUnaligned(fromByteOffset: place, as: Float.self)
                    bytes.storeBytes(of: factor * value, toByteOffset: place, as: Float.self)
                }
            }
        }
        try bytes.write(to: file)
    }

    @Test("fp16 halves the decoder's weights, except norms and positions")
    func isSmall() throws {
        let cache = try TemporaryFolder()
        let half = try model("opt-pre-norm", cache)
        let full = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        let sizes = try [half, full].map { model in
            let path = model.compiled.path(.decoder).replacing(".onnx", with: ".weights")
            return try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        }
        #expect(sizes[0] < sizes[1] * 6 / 10)
    }

    @Test("fp16 graphs contain no CPU-only operator", arguments: ["opt-pre-norm", "t5-flan-form"])
    func hasNoOwnOperators(_ name: String) throws {
        let cache = try TemporaryFolder()
        let model = try model(name, cache)
        for graph in Blip2Graph.graphs(of: model.configuration, .fp16) {
            let file = try Data(contentsOf: URL(fileURLWithPath: model.compiled.path(graph)))
            #expect(!file.isEmpty && file.range(of: Data("image_to_song".utf8)) == nil)
        }
    }

    @Test(
        "KV caches in device memory give the same texts as those in host memory",
        arguments: GenerationFixture.all.checkpoints)
    func runsOnDevices(_ checkpoint: GenerationFixture.Checkpoint) throws {
        let subject = try GenerationSubject(Fixtures.checkpoint(checkpoint.name), .fp16)
        let model = try #require(subject.model as? Blip2Model)
        let memory = try DeviceMemory(.cpu, of: try #require(model.rowCopying))
        let texts = try [model.makeDecoderRunner(), model.makeDecoderRunner(in: memory)].map {
            decoder in
            let batch = GenerationBatch(decoder)
            var texts: [GenerationBatch.RequestID: [GeneratedSequence]] = [:]
            for (number, fixture) in checkpoint.cases.enumerated() {
                let (embeddings, options) = try subject.rows(fixture)
                let ids = try batch.join(embeddings, options)
                for _ in 0..<number % 4 { try batch.step() }
                for row in batch.takeFinished() { texts[row.id] = row.sequences }
                if number % 5 == 4, let id = ids.first { batch.remove(id) }
            }
            for row in try batch.finish() { texts[row.id] = row.sequences }
            #expect(batch.rowCount == 0)
            return texts
        }
        #expect(texts[0].count >= checkpoint.cases.count / 2)
        #expect(texts[0] == texts[1])
    }

    @Test(
        "The next run makes the cache copies that a stopped run left out", arguments: ["opt-pre-norm", "t5-flan-form"])
    func makesCopiesUp(_ name: String) throws {
        let cache = try TemporaryFolder()
        let model = try model(name, cache)
        let memory = try DeviceMemory(.cpu, of: try #require(model.rowCopying))
        let shape = [1, model.configuration.queryTokenCount, model.configuration.text.wordEmbeddingSize]
        let picture = try Tensor([Float](repeating: 0.5, count: shape.reduce(1, *)), shape: shape)
        let rows = model.makeDecoderRunner(in: memory)
        try rows.reserve(rows: 2, positions: shape[1] + 11)
        _ = try rows.prefill(picture, prompts: [[5, 6, 7]], cancellation: nil)
        _ = try rows.step([8], cancellation: nil)
        rows.copy(row: 0, times: 1)
        let stopped = Cancellation()
        stopped.cancel()
        #expect(throws: CancellationError.self) { _ = try rows.step([9, 9], cancellation: stopped) }
        let scores = try rows.step([9, 9], cancellation: nil).array(of: Float.self)
        let size = model.configuration.text.vocabularySize
        #expect(Array(scores[..<size]) == Array(scores[size..<2 * size]))
        #expect(scores.allSatisfy { $0.isFinite })
    }

    @Test("Floats round to the nearest half, ties to even")
    func rounds() {
        var random = SplitMix64(seed: 5)
        let all = (UInt16.min...UInt16.max).map { Float(Float16(bitPattern: $0)) }.filter { !$0.isNaN }
        let between = zip(all, all.dropFirst()).map { ($0 + $1) / 2 }
        let any = (0..<100_000).map { _ in Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random)) }
        for value in all + between + any where value.isFinite && abs(value) < 65504 {
            #expect(value.halfBits == Float16(value).bitPattern, "\(value)")
        }
    }

    @Test("Floats beyond the range become the largest half; infinity and NaN stay")
    func clamps() {
        #expect(Float(1e6).halfBits == Float16.greatestFiniteMagnitude.bitPattern)
        #expect(Float(-65519).halfBits == (-Float16.greatestFiniteMagnitude).bitPattern)
        #expect(Float.infinity.halfBits == Float16.infinity.bitPattern)
        #expect((-Float.infinity).halfBits == (-Float16.infinity).bitPattern)
        #expect(Float16(bitPattern: Float.nan.halfBits).isNaN)
        #expect((-Float.zero).halfBits == (-Float16.zero).bitPattern)
    }
}
