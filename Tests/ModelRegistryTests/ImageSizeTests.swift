import Blip2
import Captioning
import Devices
import Foundation
import Imaging
import MeanColour
import Testing

@testable import ModelRegistry

@Suite("Captions of pictures at a size that is asked for")
struct ImageSizeTests {
    private static let fixtures = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// Does something with a checkpoint of 28 pixels in patches of 14, which is compiled into a folder of its own.
    /// - Parameter preprocessor: what stands in its `preprocessor_config.json` instead.
    private func withModel(
        _ precision: Precision = .fp32, preprocessor: String? = nil, _ work: (GenerativeCaptionModel) throws -> Void
    ) throws {
        let place = FileManager.default.temporaryDirectory.appending(path: "sizes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let folder = place.appending(path: "checkpoint")
        try FileManager.default.copyItem(at: Self.fixtures.appending(path: "opt-pre-norm"), to: folder)
        if let preprocessor {
            try Data(preprocessor.utf8).write(to: folder.appending(path: "preprocessor_config.json"))
        }
        let model = try Blip2Model(folder: folder, cache: place.appending(path: "cache"), precision: precision)
        try work(try GenerativeCaptionModel(model, name: "sizes"))
    }

    private func input(_ id: UInt64, side: Int?, pixels: Int? = nil) -> CaptionInput {
        var options = CaptionOptions(maxNewTokens: 8)
        options.imageSize = side
        let edge = pixels ?? side ?? 28
        let values = (0..<3 * edge * edge).map { index -> Float in
            let (x, y) = (Float(index % edge) / Float(edge), Float(index / edge % edge) / Float(edge))
            return sinf(Float(id) + 5 * x * Float(id)) + cosf(7 * y + Float(index / edge / edge))
        }
        return CaptionInput(id: id, pixels: values, options: options)
    }

    /// The tokens of pictures that join together, by their ids.
    private func tokens(_ model: GenerativeCaptionModel, _ inputs: [CaptionInput]) throws -> [UInt64: [Int]] {
        var outcomes = try model.join(inputs, cancellation: Cancellation())
        while outcomes.count < inputs.count { outcomes += try model.step(cancellation: Cancellation()) }
        return Dictionary(uniqueKeysWithValues: try outcomes.map { ($0.id, try $0.result.get().tokenIDs) })
    }

    @Test("are the same in a batch of several sizes as alone", arguments: [Precision.fp32, .int8])
    func mixedSizes(_ precision: Precision) throws {
        try withModel(precision) { model in
            let inputs = zip(1..., [70, nil, 14, 70, 28, 98, nil]).map { input($0, side: $1) }
            let together = try tokens(model, inputs)
            var alone: [UInt64: [Int]] = [:]
            for input in inputs { alone.merge(try tokens(model, [input])) { $1 } }
            #expect(together == alone)
            #expect(Set(together.values).count > 1)
        }
    }

    @Test("are told with the sizes that there are; one that there is not fails its own picture alone")
    func refusal() throws {
        try withModel { model in
            #expect(model.description.limits.imageSize == 28)
            #expect(model.description.limits.imageSizes == ImageSizes(trained: 28, range: 14...896, step: 14))
            let outcomes = try model.join([input(1, side: 30), input(2, side: 42)], cancellation: Cancellation())
            #expect(outcomes.map(\.id) == [1])
            let error = #expect(throws: CaptionError.self) { try outcomes[0].result.get() }
            #expect(error?.code == .invalidOption && error?.message.contains("image_size is 30") == true)
            model.reset()
        }
    }

    @Test("come of a checkpoint whose preprocessor has another size than its vision tower, too")
    func preprocessorOfAnotherSize() throws {
        var asked: [UInt64: [Int]] = [:]
        try withModel { asked = try tokens($0, [input(3, side: 56)]) }
        try withModel(preprocessor: #"{"size": {"height": 56, "width": 56}}"#) { model in
            #expect(model.preparation.width == 56 && model.description.limits.imageSize == 56)
            #expect(try tokens(model, [input(3, side: nil, pixels: 56)]) == asked)
            var plain = CaptionOptions()
            plain.interpolatesPositions = false
            let outcomes = try model.join(
                [CaptionInput(id: 1, pixels: [Float](repeating: 0, count: 3 * 56 * 56), options: plain)],
                cancellation: Cancellation())
            let error = #expect(throws: CaptionError.self) { try #require(outcomes.first).result.get() }
            #expect(error?.message.contains("28 × 28") == true)
        }
    }

    @Test("are refused by a captioner that has one size only")
    func fixedCaptioner() throws {
        let folder = try MeanColourCheckpoint.write(to: FileManager.default.temporaryDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        let registry: ModelRegistry = ["mean-colour": MeanColourCheckpoint.self]
        let model = try GenerativeCaptionModel(
            try registry.checkpoint(folder), name: "colours", cache: folder, execution: Execution(.cpu, .fp32))
        #expect(model.description.limits.imageSizes == nil)
        let outcomes = try model.join([input(1, side: 16)], cancellation: Cancellation())
        let error = #expect(throws: CaptionError.self) { try #require(outcomes.first).result.get() }
        #expect(error?.message == "image_size is 16; this model takes 8 × 8 pixels only.")
    }
}
