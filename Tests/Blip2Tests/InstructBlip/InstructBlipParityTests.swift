import CaptionerFixtures
import Devices
import Foundation
import Generation
import ONNXRuntime
import StandIns
import Testing

@testable import Blip2

@Suite("InstructBLIP's parity with transformers", .heavy)
struct InstructBlipParityTests {
    static let generation = GenerationFixture(Fixtures.checkpoint("instructblip/generation.json"))

    @Test("There are at least six checkpoints and 40 combinations of options to compare")
    func hasFixtures() {
        #expect(Fixtures.instructBLIP.count >= 6)
        #expect(Self.generation.checkpoints.map(\.cases.count).reduce(0, +) >= 40)
        // Rows of one batch have prompts and instructions of different lengths.
        let cases = Self.generation.checkpoints.flatMap(\.cases)
        #expect(cases.contains { Set(($0.instructions ?? []).map(\.count)).count > 1 })
        #expect(cases.contains { Set(($0.prompts ?? []).map(\.count)).count > 1 })
    }

    private func report(_ name: String, _ precision: Precision) throws -> ParityReport {
        try GenerationSubject(Fixtures.checkpoint(name), precision).model.parity(
            referencePath: Fixtures.reference(name))
    }

    @Test(
        "Every stage is within the fp32 bound, and the ids are equal, also where instructions are padded",
        arguments: Fixtures.instructBLIP)
    func agrees(_ name: String) throws {
        let report = try report(name, .fp32)
        #expect(report.stages.map(\.name) == ModelStage.allCases)
        for stage in report.stages {
            #expect(stage.relativeError <= 1e-4, "\(stage.name.rawValue)")
            #expect(stage.cosine > 0.999999, "\(stage.name.rawValue)")
        }
        #expect(report.ids == report.referenceIDs)
        #expect(report.isWithinBounds)
    }

    @Test(
        "int8 and int4 keep each stage's cosine above its bound, also with outlier channels",
        arguments: Fixtures.instructBLIP, [Precision.int8, .int4])
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

    @Test("Half precision comes near on a processor", arguments: Fixtures.instructBLIP)
    func agreesInHalf(_ name: String) throws {
        for stage in try report(name, .fp16).stages {
            #expect(stage.relativeError <= 1e-2, "\(stage.name.rawValue)")
        }
    }

    @Test("Every text and every score equals that of transformers", arguments: generation.checkpoints)
    func generates(_ checkpoint: GenerationFixture.Checkpoint) throws {
        try GenerationSubject(Fixtures.checkpoint("instructblip/\(checkpoint.name)")).expectEqualTexts(checkpoint.cases)
    }

    @Test(
        "Requests of all kinds join, run and leave together, and give what they give alone",
        arguments: generation.checkpoints)
    func runsTogether(_ checkpoint: GenerationFixture.Checkpoint) throws {
        try GenerationSubject(Fixtures.checkpoint("instructblip/\(checkpoint.name)"))
            .expectEqualTextsTogether(checkpoint.cases)
    }

    @Test("Rows that join or leave at any step get the tokens that they get alone", arguments: Fixtures.instructBLIP)
    func joinsAndLeaves(_ name: String) throws {
        try GenerationSubject(Fixtures.checkpoint(name)).expectEqualTextsInAnySchedule()
    }

    @Test("The instruction changes what the Q-Former sees, and a longer one takes more work; padding changes nothing")
    func readsInstructions() throws {
        let subject = try GenerationSubject(Fixtures.checkpoint("instructblip/flan-form"))
        let model = try #require(subject.model as? Blip2Model)
        let picture = try subject.pixels.rows(0..<1)
        func output(_ ids: [Int]) throws -> [Float] {
            try model.encode(picture, instructions: [ids]).queryOutput.array(of: Float.self)
        }
        let plain = try output([2, 20, 21, 3])
        #expect(try output([2, 21, 20, 3]) != plain, "words have positions")
        #expect(try output([2, 20, 21, 22, 3]) != plain)
        #expect(try output([2, 20, 21, 3, 0, 0]) == plain)
        // A picture's numbers do not depend on those beside it, nor on how long their instructions are.
        let rows = [[2, 3], [2, 20, 21, 3], [2, 20, 21, 3]]
        let together = try model.encode(subject.pixels, instructions: rows).queryOutput
        for (row, ids) in rows.enumerated() {
            let alone = try model.encode(try subject.pixels.rows(row..<row + 1), instructions: [ids]).queryOutput
            let (one, other) = (try alone.array(of: Float.self), try together.rows(row..<row + 1).array(of: Float.self))
            #expect(zip(one, other).allSatisfy { abs($0 - $1) <= 1e-5 })
        }
    }

    @Test(
        "Refuses instructions that the Q-Former cannot read",
        arguments: [[[]], [[2, 3], [2, 3]], [[2, 121, 3]], [[2, -1, 3]], [Array(repeating: 5, count: 41)]])
    func refusesInstructions(_ rows: [[Int]]) throws {
        let subject = try GenerationSubject(Fixtures.checkpoint("instructblip/flan-form"))
        let error = try #require(throws: Blip2Error.self) {
            try subject.model.encodePictures(try subject.pixels.rows(0..<1), instructions: rows, cancellation: nil)
        }
        #expect(error.code == .invalidInput && error.message.contains("1 to 40 tokens from 0 to 120"), "\(error)")
    }

    @Test(
        "A model proves itself after compiling, and again from its compiled form",
        arguments: ["instructblip/flan-form", "instructblip/padded"])
    func proves(_ name: String) throws {
        let model = try GenerationSubject(Fixtures.checkpoint(name), .int4).model
        try model.prove()
        try model.prove()
        let work = try #require(try model.work()).stages(pictures: 2, beams: 3)
        #expect(work.map(\.name) == ["vision", "qformer", "prefill", "step"])
        #expect(work.allSatisfy { $0.operations > 0 && $0.bytes > 0 && $0.usesIntegers })
        let one = try #require(try model.work()).stages(pictures: 1, beams: 1)
        #expect(work[1].operations == 2 * one[1].operations && work[3].operations == 6 * one[3].operations)
    }
}
