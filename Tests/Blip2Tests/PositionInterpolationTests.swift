import Checkpoint
import Devices
import Foundation
import Generation
import ONNXRuntime
import StandIns
import Testing

@testable import Blip2
@testable import Networks

@Suite("Pictures of other sizes than a model was trained with", .heavy)
struct PositionInterpolationTests {
    /// What transformers computed for pictures of other sizes: `Fixtures/make_positions.py`.
    struct Reference: Sendable, CustomTestStringConvertible {
        let checkpoint: String
        let path: String

        var testDescription: String { URL(fileURLWithPath: path).lastPathComponent }

        static let all: [Reference] = {
            let folder = Fixtures.folder.appendingPathComponent("positions")
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return files.sorted().map { file in
                let name = file.split(separator: "-").dropLast().joined(separator: "-")
                return Reference(checkpoint: name, path: folder.appendingPathComponent(file).path)
            }
        }()
    }

    private func report(_ reference: Reference, _ precision: Precision) throws -> ParityReport {
        let cache = try TemporaryFolder()
        return try Blip2Model(
            folder: Fixtures.checkpoint(reference.checkpoint), cache: cache.url, precision: precision
        ).parity(referencePath: reference.path)
    }

    @Test("There are references for grids that are larger, smaller, and not square")
    func hasReferences() {
        #expect(Reference.all.count >= 5)
    }

    @Test("Every stage is within the bound of fp32, and the ids are equal", arguments: Reference.all)
    func agrees(_ reference: Reference) throws {
        let report = try report(reference, .fp32)
        for stage in report.stages { #expect(stage.relativeError <= 1e-4, "\(stage.name.rawValue)") }
        #expect(report.stages.count == 4)
        #expect(report.ids == report.referenceIDs)
        #expect(report.isWithinBounds)
    }

    @Test("Half precision is within its bounds", arguments: Reference.all)
    func agreesInHalfPrecision(_ reference: Reference) throws {
        let report = try report(reference, .fp16)
        for stage in report.stages { #expect(stage.isWithinBound, "\(stage.name.rawValue): \(stage.relativeError)") }
    }

    @Test("Fewer bits cost each stage little", arguments: Reference.all, [Precision.int8, .int4])
    func agreesInFewBits(_ reference: Reference, _ precision: Precision) throws {
        for stage in try report(reference, precision).stages {
            let least =
                switch stage.name {
                case .visionHiddenState: 0.999
                case .queryOutput, .languageInputs: 0.99
                case .encoderHiddenState, .firstLogits: precision == .int8 ? 0.98 : 0.92
                }
            #expect(stage.cosine >= least, "\(stage.name.rawValue)")
        }
    }

    @Test("Positions are weighed as PyTorch's bicubic interpolation weighs them")
    func weighs() throws {
        let larger = try PositionInterpolation.weights(from: 4, to: 6)
        let expected: [Float] = [
            1.086806, -0.086806, 0, 0, 0.5, 0.59375, -0.09375, 0, -0.086806, 0.943287, 0.160880, -0.017361,
            -0.017361, 0.160880, 0.943287, -0.086806, 0, -0.09375, 0.59375, 0.5, 0, 0, -0.086806, 1.086806,
        ]
        #expect(larger.shape == [6, 4])
        for (weight, expected) in zip(try larger.array(of: Float.self), expected) {
            #expect(abs(weight - expected) < 2e-6)
        }
        #expect(try PositionInterpolation.weights(from: 1, to: 3).array(of: Float.self) == [1, 1, 1])
        let smaller = try PositionInterpolation.weights(from: 5, to: 3).array(of: Float.self)
        #expect(Array(smaller[5..<10]) == [0, 0, 1, 0, 0])
    }

    @Test("As many positions as were learned stay as they are, to the bit", arguments: [1, 2, 7, 16, 26, 64])
    func keepsLearned(_ count: Int) throws {
        let weights = try PositionInterpolation.weights(from: count, to: count).array(of: Float.self)
        let identity = (0..<count * count).map { Float($0 / count == $0 % count ? 1 : 0) }
        #expect(weights.map(\.bitPattern) == identity.map(\.bitPattern))
    }

    @Test(
        "A picture without a patch, or with more patches than are taken, is refused with its shape",
        arguments: [[1, 3, 13, 28], [1, 3, 28, 13], [1, 3, 65 * 14, 64 * 14], [1, 4, 28, 28], [3, 28, 28]])
    func refuses(_ shape: [Int]) throws {
        let cache = try TemporaryFolder()
        let model = try Blip2Model(folder: Fixtures.checkpoint("opt-pre-norm"), cache: cache.url)
        let error = try #require(throws: NetworksError.self) { try model.encode(try Tensor(.float32, shape: shape)) }
        #expect(error.code == .invalidInput)
        #expect(error.message.contains("\(shape)") && error.message.contains("4096"))
        #expect(try model.encode(try Tensor(.float32, shape: [1, 3, 14, 2 * 14])).visionHiddenState.shape[1] == 3)
    }

    @Test("A preprocessor may have another size than the configuration, but none that cannot be seen")
    func processorOfAnotherSize() throws {
        let place = try TemporaryFolder()
        let folder = try place.copy(of: "opt-pre-norm")
        let file = folder.appendingPathComponent("preprocessor_config.json")
        try Data(#"{"size": {"height": 56, "width": 30}}"#.utf8).write(to: file)
        let processor = try Blip2Checkpoint(folder).imageProcessor()
        #expect(processor.height == 56 && processor.width == 30)
        try Data(#"{"size": {"height": 56, "width": 13}}"#.utf8).write(to: file)
        let error = #expect(throws: CheckpointError.self) { try Blip2Checkpoint(folder).imageProcessor() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(folder.path) == true && error?.message.contains("13 × 56") == true)
    }
}
