import CaptionerFixtures
import Checkpoint
import Devices
import Foundation
import ONNXRuntime
import StandIns
import Testing

@testable import Florence2
@testable import Generation

@Suite("Florence-2's parity with transformers", .heavy)
struct ParityTests {
    static let generation = GenerationFixture(Fixtures.folder.appendingPathComponent("generation.json"))

    @Test("There are at least four checkpoints and 24 combinations of options to compare, three beams among them")
    func hasFixtures() throws {
        #expect(Fixtures.names.count >= 4)
        let cases = Self.generation.checkpoints.flatMap(\.cases)
        #expect(cases.count >= 24)
        #expect(try cases.contains { try $0.arguments.json.contains(#""num_beams":3"#) })
        #expect(Self.generation.distributions.count >= 7)
    }

    private func report(_ name: String, _ precision: Precision) throws -> ParityReport {
        try GenerationSubject(Fixtures.checkpoint(name), precision).model.parity(
            referencePath: Fixtures.reference(name))
    }

    @Test("Every stage is within the fp32 bound, and the ids are equal", arguments: Fixtures.names)
    func agrees(_ name: String) throws {
        let report = try report(name, .fp32)
        #expect(report.stages.map(\.name) == [.visionHiddenState, .encoderHiddenState, .firstLogits])
        for stage in report.stages {
            #expect(stage.relativeError <= 1e-4, "\(stage.name.rawValue)")
            #expect(stage.cosine > 0.999999, "\(stage.name.rawValue)")
        }
        #expect(report.ids == report.referenceIDs)
        #expect(report.isWithinBounds)
    }

    @Test(
        "int8 and int4 keep each stage's cosine above its bound, also with outlier channels", arguments: Fixtures.names,
        [Precision.int8, .int4])
    func agreesInFewBits(_ name: String, _ precision: Precision) throws {
        let report = try report(name, precision)
        #expect(report.isWithinBounds)
        for stage in report.stages {
            let least =
                switch stage.name {
                case .visionHiddenState, .encoderHiddenState: 0.998
                case .queryOutput, .languageInputs: 1.0
                case .firstLogits: precision == .int8 ? 0.99 : 0.93
                }
            #expect(stage.cosine >= least, "\(stage.name.rawValue) \(stage.cosine)")
        }
    }

    /// Without evening out, 1 − cosine is 3.9e-4 and 1.3e-3.
    @Test("Outlier channels are evened out, in the encoder too, whose norms stand behind its blocks")
    func evensOut() throws {
        let report = try report("outliers", .int8)
        for (stage, most) in [(ModelStage.visionHiddenState, 2.5e-4), (.encoderHiddenState, 6e-4)] {
            let found = try #require(report.stages.first { $0.name == stage })
            #expect(1 - found.cosine <= most, "\(stage.rawValue)")
        }
    }

    @Test("Half precision comes near on a processor", arguments: Fixtures.names)
    func agreesInHalf(_ name: String) throws {
        for stage in try report(name, .fp16).stages {
            #expect(stage.relativeError <= 1e-2, "\(stage.name.rawValue)")
        }
    }

    @Test("Every text and every score equals that of transformers", arguments: generation.checkpoints)
    func generates(_ checkpoint: GenerationFixture.Checkpoint) throws {
        try GenerationSubject(Fixtures.checkpoint(checkpoint.name)).expectEqualTexts(checkpoint.cases)
    }

    @Test(
        "Requests of all kinds join, run and leave together, and give what they give alone",
        arguments: generation.checkpoints)
    func runsTogether(_ checkpoint: GenerationFixture.Checkpoint) throws {
        try GenerationSubject(Fixtures.checkpoint(checkpoint.name)).expectEqualTextsTogether(checkpoint.cases)
    }

    @Test("Rows that join or leave at any step get the tokens that they get alone", arguments: Fixtures.names)
    func joinsAndLeaves(_ name: String) throws {
        try GenerationSubject(Fixtures.checkpoint(name)).expectEqualTextsInAnySchedule()
    }

    @Test("Logits processors give the same scores as those of transformers", arguments: generation.distributions)
    func processes(_ fixture: GenerationFixture.Distribution) throws {
        let file = try ConfigurationFile(text: try fixture.arguments.json, path: "generation.json")
        let configuration = try GenerationConfiguration(file)
        var options = GenerationOptions(defaultsOf: configuration, contextLength: fixture.context, startsTexts: true)
        options.eosTokenIDs = configuration.eosTokenIDs
        var tokens = TokenSequence(context: Array(fixture.ids[..<fixture.context]))
        for id in fixture.ids[fixture.context...] { tokens.append(id) }
        var logits = fixture.logits
        logits.withUnsafeMutableBufferPointer { scores in
            if options.beamCount > 1 { scores.takeLogSoftmax() }
            LogitsProcessors(options, endTokens: options.eosTokenIDs ?? []).apply(to: scores, after: tokens)
        }
        #expect(fixture.scores.contains(nil))
        for (token, (score, expected)) in zip(logits, fixture.scores).enumerated() {
            #expect(score.isFinite == (expected != nil), "token \(token)")
            if let expected, score.isFinite {
                #expect(abs(score - expected) <= 1e-4 * max(1, abs(expected)), "token \(token)")
            }
        }
    }

    @Test("What the checkpoint's generation_config.json says holds, with one beam too")
    func heedsTheFile() throws {
        let model = try GenerationSubject(Fixtures.checkpoint("base-form")).model
        let options = model.decoder.defaultOptions()
        #expect(options.beamCount == 3 && options.earlyStopping == .always && options.noRepeatNgramSize == 3)
        #expect(options.forcedFirstToken == 0 && options.forcedLastTokens == [2])
        #expect(options.maxNewTokens == 20, "as transformers has it")
        // n-grams include the start token, 2; the first new token is forced to be 0.
        var greedy = options
        greedy.beamCount = 1
        greedy.promptIDs = try Fixtures.ids("prompt_ids", of: "base-form")[0]
        let reference = try ParityReference(path: Fixtures.reference("base-form"))
        let encoded = try model.encodePictures(reference.pixels, instructions: [], cancellation: nil)
        let batch = GenerationBatch(model.makeDecoderRunner())
        _ = try batch.join([encoded.pictures[0]], [greedy])
        let text = try #require(try batch.finish().first).ids
        #expect(text.first == 0)
        let tokens = [2] + text
        let triples = (0...tokens.count - 3).map { Array(tokens[$0..<$0 + 3]) }
        #expect(Set(triples).count == triples.count)
    }

    @Test("Without generation_config.json, config.json says how texts are generated: itself, then text_config")
    func heedsTheConfiguration() throws {
        let options = try Florence2Checkpoint(Fixtures.checkpoint("older")).decoder.defaultOptions()
        #expect(options.beamCount == 3 && options.earlyStopping == .always && options.noRepeatNgramSize == 3)
        #expect(options.forcedFirstToken == 0 && options.forcedLastTokens == [2])
        let plain = try Florence2Checkpoint(Fixtures.checkpoint("padded-windows")).decoder
        #expect(plain.defaultOptions().beamCount == 1 && plain.defaultOptions().forcedFirstToken == nil)
        #expect(plain.generation.eosTokenIDs == [35] && plain.defaultOptions().forcedLastTokens == [2])
        #expect(plain.startTokenID == 2)
    }

    @Test(
        "A model proves itself after compiling, and says what its stages compute",
        arguments: ["base-form", "wide-pictures", "padded-windows"])
    func proves(_ name: String) throws {
        let model = try GenerationSubject(Fixtures.checkpoint(name), .int4).model
        try model.prove()
        try model.prove()
        let work = try #require(try model.work()).stages(pictures: 2, beams: 3)
        #expect(work.map(\.name) == ["vision", "prefill", "step"])
        #expect(work.allSatisfy { $0.operations > 0 && $0.bytes > 0 && $0.usesIntegers })
        let one = try #require(try model.work()).stages(pictures: 1, beams: 1)
        #expect(work[0].operations == 2 * one[0].operations && work[2].operations == 6 * one[2].operations)
    }

    @Test("The work of the vision tower is what its layers multiply, windows and convolutions included")
    func countsWork() throws {
        let source = try Florence2Checkpoint(Fixtures.checkpoint("padded-windows"))
        let vision = source.configuration.vision
        var expected = 0
        let grids = try #require(vision.grids(height: 50, width: 50))
        for (index, stage) in vision.stages.enumerated() {
            let (count, width) = (grids[index].rows * grids[index].columns, stage.width)
            let before = index == 0 ? 3 : vision.stages[index - 1].width
            expected += count * width * before * stage.kernelSize * stage.kernelSize
            let windowed = Windows.count(grids[index], size: 5) * 25
            for _ in 0..<stage.depth {
                expected += 4 * count * width * 9 + 4 * width * width * (windowed + count)
                expected += 2 * 2 * count * width * stage.innerWidth
            }
        }
        expected += (grids[1].rows * grids[1].columns + 1) * vision.width * vision.projectionSize
        let model = try GenerationSubject(Fixtures.checkpoint("padded-windows")).model
        #expect(try model.work()?.stages(pictures: 1, beams: 1)[0].operations == 2 * expected)
    }
}
