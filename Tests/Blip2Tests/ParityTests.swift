import Checkpoint
import Devices
import Foundation
import Networks
import ONNXRuntime
import StandIns
import Testing

@testable import Blip2
@testable import Generation

@Suite("Parity with transformers", .heavy)
struct ParityTests {
    @Test("Has at least six checkpoints to compare")
    func hasFixtures() {
        #expect(Fixtures.names.count >= 6)
    }

    @Test("Every stage is within the fp32 bound, and the ids are equal", arguments: Fixtures.names)
    func agrees(_ name: String) throws {
        let cache = try TemporaryFolder()
        let model = try Blip2Model(folder: Fixtures.checkpoint(name), cache: cache.url)
        let report = try model.parity(referencePath: Fixtures.reference(name))
        for stage in report.stages {
            #expect(stage.relativeError <= 1e-4, "\(stage.name.rawValue)")
            #expect(stage.cosine > 0.999999, "\(stage.name.rawValue)")
        }
        #expect(report.stages.count == 4)
        #expect(report.ids == report.referenceIDs)
        #expect(report.isWithinBounds)
    }

    @Test("int8 and int4 keep each stage's cosine above its bound", arguments: Fixtures.names)
    func agreesInFewBits(_ name: String) throws {
        let cache = try TemporaryFolder()
        for (precision, logits) in [(Precision.int8, 0.98), (.int4, 0.92)] {
            let model = try Blip2Model(folder: Fixtures.checkpoint(name), cache: cache.url, precision: precision)
            let report = try model.parity(referencePath: Fixtures.reference(name))
            for stage in report.stages {
                let least =
                    switch stage.name {
                    case .visionHiddenState: 0.999
                    // The least of them is 0.9947, of `bf16-sharded` on a processor with AVX2 alone.
                    case .queryOutput, .languageInputs: 0.99
                    case .encoderHiddenState, .firstLogits: logits
                    }
                #expect(stage.cosine >= least, "\(precision) \(stage.name.rawValue)")
            }
        }
    }

    @Test("Below fp32 only the stages decide; different ids are reported but do not fail")
    func decides() throws {
        typealias Stage = ParityReport.Stage
        func report(_ precision: Precision, logits: [Float]) -> ParityReport {
            let bounds = ParityBounds(precision)
            return ParityReport(
                precision: precision,
                stages: [Stage(name: .firstLogits, logits, expected: [1, 2, 3], bound: bounds[.firstLogits])],
                ids: [[4]], referenceIDs: [[5]], demandsEqualIDs: bounds.demandsEqualIDs)
        }
        for precision in [Precision.int8, .int4] {
            #expect(report(precision, logits: [1, 2.1, 3]).isWithinBounds)
            #expect(!report(precision, logits: [1, 2.1, 3]).idsAreEqual)
            #expect(!report(precision, logits: [3, 2, 1]).isWithinBounds)
            #expect(!report(precision, logits: [.nan, 2, 3]).isWithinBounds)
        }
        #expect(!report(.fp32, logits: [1, 2, 3]).isWithinBounds)
        let json = try JSONEncoder().encode(report(.int8, logits: [1, 2, 3]))
        let copy = try JSONDecoder().decode(ParityReport.self, from: json)
        #expect(copy.stages[0].bound == .cosine(0.99))
        #expect(!copy.demandsEqualIDs)
    }

    @Test("Every precision has a bound for every stage", arguments: Precision.allCases)
    func boundsAll(_ precision: Precision) {
        #expect(ParityBounds(precision).stages.count == ModelStage.allCases.count)
        #expect(ParityBounds(precision).demandsEqualIDs == (precision == .fp32))
    }

    @Test("A model with other weights is out of bounds")
    func noticesOtherWeights() throws {
        let cache = try TemporaryFolder()
        let folder = try cache.copy(of: "opt-pre-norm")
        let file = folder.appendingPathComponent("model.safetensors")
        var bytes = try Data(contentsOf: file)
        // The exponents of some numbers near the end of the file.
        for offset in stride(from: bytes.count - 4000, to: bytes.count - 2, by: 400) { bytes[offset | 3] ^= 0x02 }
        try bytes.write(to: file)
        let model = try Blip2Model(folder: folder, cache: cache.url)
        let report = try model.parity(referencePath: Fixtures.reference("opt-pre-norm"))
        #expect(!report.isWithinBounds)
    }

    @Test("Refuses a reference made with other shapes, naming them")
    func refusesOtherShapes() throws {
        let cache = try TemporaryFolder()
        let model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        let error = try #require(throws: GenerationError.self) {
            try model.parity(referencePath: Fixtures.reference("opt-post-norm"))
        }
        #expect(error.code == .invalidInput)
    }

    /// A change to a reference file's header, and words that the refusal must have.
    struct Spoiled: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: GenerationError.Code
        let change: @Sendable (inout [String: Any]) -> Void

        static func generation(_ json: String, _ word: String, _ code: GenerationError.Code) -> Spoiled {
            Spoiled(testDescription: word, code: code) { $0["__metadata__"] = ["generation": json] }
        }

        static let all = [
            generation(#"{"do_sample": true}"#, "do_sample", .unsupportedGeneration),
            generation(#"{"num_beams": 0}"#, "num_beams", .unsupportedGeneration),
            generation(#"{"num_return_sequences": 2.5}"#, "num_return_sequences", .unsupportedGeneration),
            generation(#"{"penalty_alpha": 0.6}"#, "penalty_alpha", .unsupportedGeneration),
            generation(#"{"renormalize_logits": true}"#, "renormalize_logits", .unsupportedGeneration),
            generation(#"{"bad_words_ids": [3]}"#, "bad_words_ids", .unsupportedGeneration),
            generation(#"{"eos_token_id": "x"}"#, "eos_token_id", .unsupportedGeneration),
            generation(#"{"min_new_tokens": -5}"#, "min_new_tokens", .unsupportedGeneration),
            generation("greedy", "not a JSON object", .invalidInput),
            Spoiled(testDescription: "generated_ids", code: .invalidInput) { header in
                // Many rows of no tokens: no bytes, and far too many rows to make.
                header["zz"] = header["generated_ids"]
                header["generated_ids"] = ["dtype": "I64", "shape": [1 << 56, 0], "data_offsets": [0, 0]]
            },
        ]
    }

    /// A copy of a reference with another header.
    private func reference(in folder: URL, _ change: (inout [String: Any]) -> Void) throws -> URL {
        let original = try Data(contentsOf: URL(fileURLWithPath: Fixtures.reference("opt-pre-norm")))
        let length = original.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let object = try JSONSerialization.jsonObject(with: original[8..<(8 + length)])
        var header = try #require(object as? [String: Any])
        change(&header)
        let changed = try JSONSerialization.data(withJSONObject: header)
        let file = folder.appendingPathComponent("reference.safetensors")
        let prefix = withUnsafeBytes(of: UInt64(changed.count).littleEndian) { Data($0) }
        try (prefix + changed + original[(8 + length)...]).write(to: file)
        return file
    }

    @Test("Applies the reference's `generate` arguments: beams, lengths, ends, returned sequences")
    func heedsArguments() throws {
        let cache = try TemporaryFolder()
        let json = #"""
            {"num_beams": 3, "num_return_sequences": 2, "max_length": 12, "min_new_tokens": 2, "eos_token_id": [7, 9],
             "length_penalty": 0.5, "early_stopping": "never", "do_sample": false, "top_k": 50, "pad_token_id": null}
            """#
        let file = try reference(in: cache.url) { $0["__metadata__"] = ["generation": json] }
        let model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        let report = try model.parity(referencePath: file.path)

        // max_length counts the picture's tokens and the prompt's one.
        var options = GenerationOptions(maxNewTokens: 12 - model.configuration.queryTokenCount - 1)
        (options.beamCount, options.returnedSequences, options.minNewTokens) = (3, 2, 2)
        (options.eosTokenIDs, options.lengthPenalty, options.earlyStopping) = ([7, 9], 0.5, .never)
        let pixels = try ParityReference(path: file.path).pixels
        let inputs = try model.encode(pixels).languageInputs
        let rows = try model.generate(inputs, Array(repeating: options, count: pixels.shape[0]))
        let texts = rows.flatMap { $0.sequences.map(\.ids) }
        #expect(report.ids.count == 2 * pixels.shape[0])
        for (found, text) in zip(report.ids, texts) { #expect(Array(found.prefix(text.count)) == text) }
        #expect(!report.idsAreEqual)
    }

    @Test("Compares rows up to their end and ignores the padding behind it", arguments: [-1, 0])
    func comparesUpToEnds(offset: Int) throws {
        let cache = try TemporaryFolder()
        let model = try Blip2Model(folder: Fixtures.checkpoint("several-ends"), cache: cache.url)
        let file = try ParityReference(path: Fixtures.reference("several-ends"))
        let ends = Set(model.decoder.generation.eosTokenIDs + (model.decoder.defaultOptions().eosTokenIDs ?? []))
        let rows = file.generatedIDs
        let row = try #require(
            rows.firstIndex { ids in (ids.firstIndex(where: ends.contains) ?? .max) < ids.count - 1 })
        let end = try #require(rows[row].firstIndex(where: ends.contains))
        // Another token behind the end of a row, or at its end.
        let place = try SafetensorsFile(path: Fixtures.reference("several-ends")).place(of: "generated_ids")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: Fixtures.reference("several-ends")))
        let start = place + 8 * (row * rows[row].count + end + 1 + offset)
        bytes.replaceSubrange(start..<start + 8, with: withUnsafeBytes(of: Int64(5).littleEndian) { Data($0) })
        let changed = cache.url.appendingPathComponent("changed.safetensors")
        try bytes.write(to: changed)
        let report = try model.parity(referencePath: changed.path)
        #expect(report.idsAreEqual == (offset == 0))
    }

    @Test("A prompt may have the picture's tokens in front, as the processor writes them")
    func readsProcessorsPrompts() throws {
        let cache = try TemporaryFolder()
        let model = try Blip2Model(folder: Fixtures.checkpoint("several-ends"), cache: cache.url)
        let image = Array(repeating: try #require(model.decoder.imageTokenID), count: model.decoder.imageTokenCount)
        #expect(model.promptIDs(ofProcessor: image + [2, 20, 31]) == [2, 20, 31])
        #expect(model.promptIDs(ofProcessor: [2, 20, 31]) == [2, 20, 31])
    }

    @Test("Refuses a reference with arguments that no model accepts, and says why")
    func refusesOptions() throws {
        let cache = try TemporaryFolder()
        let file = try reference(in: cache.url) { $0["__metadata__"] = ["generation": #"{"num_beams": 40}"#] }
        let model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        let error = try #require(throws: GenerationError.self) { try model.parity(referencePath: file.path) }
        #expect(error.code == .invalidOption && error.message.contains("num_beams"))
    }

    @Test("Refuses a reference that cannot be compared, and says why", arguments: Spoiled.all)
    func refusesReferences(_ spoiled: Spoiled) throws {
        let cache = try TemporaryFolder()
        let file = try reference(in: cache.url, spoiled.change)
        let model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        let error = try #require(throws: GenerationError.self) { try model.parity(referencePath: file.path) }
        #expect(error.code == spoiled.code)
        #expect(error.message.contains(spoiled.testDescription))
    }
}

extension SafetensorsFile {
    /// Where in the file a tensor's bytes begin.
    fileprivate func place(of name: String) throws -> Int {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any]
        let entry = try #require(header?[name] as? [String: Any])
        return 8 + length + (try #require((entry["data_offsets"] as? [Int])?.first))
    }
}
