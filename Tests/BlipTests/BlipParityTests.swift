import CaptionerFixtures
import Devices
import Foundation
import Generation
import ONNXRuntime
import StandIns
import Testing

@testable import Blip

@Suite("BLIP's parity with transformers", .heavy)
struct BlipParityTests {
    static let generation = GenerationFixture(BlipFixtures.folder.appendingPathComponent("generation.json"))

    @Test("There are at least eight checkpoints and 50 combinations of options to compare")
    func hasFixtures() {
        #expect(BlipFixtures.names.count >= 8)
        #expect(Self.generation.checkpoints.map(\.cases.count).reduce(0, +) >= 50)
    }

    private func report(_ name: String, _ precision: Precision) throws -> ParityReport {
        try GenerationSubject(BlipFixtures.checkpoint(name), precision).model
            .parity(referencePath: BlipFixtures.reference(name))
    }

    @Test("Every stage is within the fp32 bound, and the ids are equal", arguments: BlipFixtures.names)
    func agrees(_ name: String) throws {
        let report = try report(name, .fp32)
        let answers: [ModelStage] = name.hasPrefix("answers") || name.hasSuffix("answers") ? [.encoderHiddenState] : []
        #expect(report.stages.map(\.name) == [.visionHiddenState] + answers + [.firstLogits])
        for stage in report.stages {
            #expect(stage.relativeError <= 1e-4, "\(stage.name.rawValue)")
            #expect(stage.cosine > 0.999999, "\(stage.name.rawValue)")
        }
        #expect(report.ids == report.referenceIDs)
        #expect(report.isWithinBounds)
    }

    @Test(
        "int8 and int4 keep each stage's cosine above its bound, also with outlier channels",
        arguments: BlipFixtures.names,
        [Precision.int8, .int4])
    func agreesInFewBits(_ name: String, _ precision: Precision) throws {
        for stage in try report(name, precision).stages {
            let least =
                switch stage.name {
                case .visionHiddenState: 0.999
                case .queryOutput, .languageInputs, .encoderHiddenState: 0.995
                case .firstLogits: precision == .int8 ? 0.99 : 0.93
                }
            #expect(stage.cosine >= least, "\(stage.name.rawValue)")
        }
    }

    @Test("Half precision comes near on a processor", arguments: BlipFixtures.names)
    func agreesInHalf(_ name: String) throws {
        for stage in try report(name, .fp16).stages {
            #expect(stage.relativeError <= 1e-2, "\(stage.name.rawValue)")
        }
    }

    @Test("Every text and every score equals that of transformers", arguments: generation.checkpoints)
    func generates(_ checkpoint: GenerationFixture.Checkpoint) throws {
        try GenerationSubject(BlipFixtures.checkpoint(checkpoint.name)).expectEqualTexts(checkpoint.cases)
    }

    @Test(
        "Requests of all kinds join, run and leave together, and give what they give alone",
        arguments: generation.checkpoints)
    func runsTogether(_ checkpoint: GenerationFixture.Checkpoint) throws {
        try GenerationSubject(BlipFixtures.checkpoint(checkpoint.name)).expectEqualTextsTogether(checkpoint.cases)
    }

    @Test("Rows that join or leave at any step get the tokens that they get alone", arguments: BlipFixtures.names)
    func joinsAndLeaves(_ name: String) throws {
        try GenerationSubject(BlipFixtures.checkpoint(name)).expectEqualTextsInAnySchedule()
    }

    @Test("Caches in device memory give the same texts as those in host memory", arguments: generation.checkpoints)
    func runsOnDevices(_ checkpoint: GenerationFixture.Checkpoint) throws {
        let subject = try GenerationSubject(BlipFixtures.checkpoint(checkpoint.name), .fp16)
        let model = try #require(subject.model as? BlipModel)
        let memory = try DeviceMemory(.cpu, of: try #require(model.rowCopying))
        let texts = try [nil, memory].map { memory in
            let batch = GenerationBatch(model.makeDecoderRunner(in: memory))
            var texts: [GenerationBatch.RequestID: [GeneratedSequence]] = [:]
            for (number, fixture) in checkpoint.cases.enumerated() {
                let (pictures, options) = try subject.rows(fixture)
                let ids = try batch.join(pictures, options)
                for _ in 0..<number % 4 { try batch.step() }
                for row in batch.takeFinished() { texts[row.id] = row.sequences }
                if number % 5 == 4, let id = ids.first { batch.remove(id) }
            }
            for row in try batch.finish() { texts[row.id] = row.sequences }
            return texts
        }
        #expect(texts[0].count >= checkpoint.cases.count / 2)
        #expect(texts[0] == texts[1])
    }

    @Test(
        "A model proves itself after compiling, and again from its compiled form", arguments: ["base-form", "answers"])
    func proves(_ name: String) throws {
        let model = try GenerationSubject(BlipFixtures.checkpoint(name), .int4).model
        try model.prove()
        try model.prove()
        let work = try #require(try model.work()).stages(pictures: 2, beams: 3)
        #expect(work.map(\.name) == ["vision", "prefill", "step"])
        #expect(work.allSatisfy { $0.operations > 0 && $0.bytes > 0 && $0.usesIntegers })
        let one = try #require(try model.work()).stages(pictures: 1, beams: 1)
        #expect(work[0].operations == 2 * one[0].operations && work[2].operations == 6 * one[2].operations)
    }
}
