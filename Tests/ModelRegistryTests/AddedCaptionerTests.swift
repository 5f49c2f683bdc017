import Captioning
import Checkpoint
import Devices
import Foundation
import Generation
import MeanColour
import Testing

@testable import ModelRegistry

/// A captioner that is added with one folder, `Tests/MeanColour`, and one line.
@Suite("Added captioner")
struct AddedCaptionerTests {
    /// The line.
    private let registry: ModelRegistry = ["mean-colour": MeanColourCheckpoint.self]

    private func model(_ generation: String? = nil) throws -> GenerativeCaptionModel {
        let folder = try MeanColourCheckpoint.write(to: FileManager.default.temporaryDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        if let generation { try Data(generation.utf8).write(to: folder.appending(path: "generation_config.json")) }
        let checkpoint = try registry.checkpoint(folder)
        try checkpoint.checkCaptions()
        return try GenerativeCaptionModel(
            checkpoint, name: "colours", cache: folder, execution: Execution(.cpu, .fp32))
    }

    /// A picture of one colour.
    private func input(
        _ id: UInt64, _ colour: [Float], _ change: (inout CaptionOptions) -> Void = { _ in }
    ) -> CaptionInput {
        var options = CaptionOptions()
        change(&options)
        return CaptionInput(
            id: id, pixels: colour.flatMap { Array(repeating: $0, count: 64) }, options: options)
    }

    private func caption(
        _ model: GenerativeCaptionModel, _ colour: [Float], _ change: (inout CaptionOptions) -> Void = { _ in }
    ) throws -> GeneratedCaption {
        let picture = input(0, colour, change)
        return try model.caption(pixels: picture.pixels, options: picture.options, cancellation: Cancellation())
    }

    @Test("The registry finds an added captioner by model_type and describes it")
    func described() throws {
        let description = try model().description
        #expect(description.name == "colours" && description.architecture == "mean colour")
        #expect(description.placement.device == "cpu" && description.placement.precision == "fp32")
        #expect(description.limits == .init(imageSize: 8, imageTokens: 1, maxNewTokens: 10))
        #expect(!description.isDemo && description.note == nil && !description.samplesByDefault)
    }

    @Test("An added captioner captions pictures, and names its own stages")
    func captions() throws {
        let caption = try caption(try model(), [0.1, 0.9, 0.3])
        #expect(caption.text == "a green picture" && caption.tokenIDs == [2, 4, 6, 1])
        #expect(caption.timings.stages.map(\.name) == ["colour", "prefill", "decode"])
    }

    @Test("A stop text ends the caption, and neither the caption nor the stream shows any of it")
    func stops() throws {
        let model = try model()
        #expect(try caption(model, [1, 0, 0]) { $0.stop = ["green", "picture"] }.text == "a red")
        // In the prompt it ends nothing.
        let asked = try caption(model, [1, 0, 0]) { ($0.prompt, $0.stop) = ("a green", ["green"]) }
        #expect(asked.text == "a green picture")
        let cancellation = Cancellation()
        var texts: [String] = []
        var outcomes = try model.join([input(7, [1, 0, 0]) { $0.stop = ["d pict"] }], cancellation: cancellation)
        while outcomes.isEmpty {
            texts.append(model.text(of: 7))
            outcomes = try model.step(cancellation: cancellation)
        }
        #expect(texts == ["a", "a re"])
        #expect(try outcomes[0].result.get().text == "a re")
    }

    @Test("Scores are mean log-probabilities, one for each caption, and come when they are asked for")
    func scores() throws {
        let model = try model()
        #expect(try caption(model, [0.2, 0.5, 0.9]).score == nil)
        let alone = try caption(model, [0.2, 0.5, 0.9]) { $0.returnScores = true }
        #expect(alone.score.map { $0 <= 0 } == true && alone.scores == nil)
        let caption = try caption(model, [0.2, 0.5, 0.9]) {
            ($0.beamCount, $0.captionCount, $0.returnScores) = (3, 3, true)
        }
        let scores = try #require(caption.scores)
        #expect(scores.count == 3 && scores.allSatisfy { $0 <= 0 } && scores == scores.sorted(by: >))
        #expect(caption.score == scores.first)
    }

    @Test("An added captioner's pictures join and leave the batch at any step")
    func batches() throws {
        let model = try model()
        let cancellation = Cancellation()
        #expect(try model.join([input(1, [1, 0, 0]), input(2, [0, 1, 0])], cancellation: cancellation).isEmpty)
        #expect(try model.step(cancellation: cancellation).isEmpty)
        #expect(try model.join([input(3, [0, 0, 1])], cancellation: cancellation).isEmpty)
        model.leave(2)
        var texts: [UInt64: String] = [:]
        for _ in 0..<4 {
            for outcome in try model.step(cancellation: cancellation) {
                texts[outcome.id] = try outcome.result.get().text
            }
        }
        #expect(texts == [1: "a red picture", 3: "a blue picture"])
    }

    @Test("An added captioner streams word by word")
    func streams() throws {
        let model = try model()
        let cancellation = Cancellation()
        var texts: [String] = []
        var outcomes = try model.join([input(7, [1, 0, 0])], cancellation: cancellation)
        while outcomes.isEmpty {
            texts.append(model.text(of: 7))
            outcomes = try model.step(cancellation: cancellation)
        }
        #expect(texts == ["a", "a red", "a red picture"])
    }

    @Test("An added captioner runs beam search and returns the captions in order")
    func beams() throws {
        let caption = try caption(try model(), [0.2, 0.5, 0.9]) { ($0.beamCount, $0.captionCount) = (3, 3) }
        #expect(caption.texts == ["a blue picture", "a green picture", "a red picture"])
        #expect(caption.text == "a blue picture")
    }

    @Test("An added captioner draws the same captions with the same seeds")
    func samples() throws {
        let model = try model()
        func draw(_ seed: Int) throws -> String {
            try caption(model, [0.5, 0.5, 0.5]) { ($0.temperature, $0.seed) = (1, seed) }.text
        }
        let texts = try (0..<12).map(draw)
        #expect(Set(texts).count > 1)
        #expect(try (0..<12).map(draw) == texts)
    }

    @Test("An added captioner continues a prompt and uses its checkpoint's defaults")
    func prompts() throws {
        #expect(try caption(try model(), [1, 0, 0]) { $0.prompt = "a green" }.text == "a green picture")
        #expect(try caption(try model(#"{"max_new_tokens": 2}"#), [1, 0, 0]).text == "a red")
        let error = #expect(throws: CaptionError.self) {
            try caption(try model(), [1, 0, 0]) { $0.prompt = String(repeating: "a ", count: 20) }
        }
        #expect(error?.code == .invalidOption && error?.message.contains("Shorten it.") == true)
    }

    @Test("An added captioner stops when cancelled, and works after a reset")
    func cancels() throws {
        let model = try model()
        let cancellation = Cancellation()
        _ = try model.join([input(1, [1, 0, 0])], cancellation: cancellation)
        cancellation.cancel()
        #expect(throws: CancellationError.self) { try model.step(cancellation: cancellation) }
        model.reset()
        #expect(try caption(model, [1, 0, 0]).text == "a red picture")
    }

    @Test("Refuses an unknown model type; a missing one means the first in the registry")
    func unknownTypes() throws {
        let folder = try MeanColourCheckpoint.write(to: FileManager.default.temporaryDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = #expect(throws: CaptionError.self) { try ModelRegistry.standard.checkpoint(folder) }
        #expect(error?.code == .unusableModel)
        #expect(
            error?.message.contains(
                #"config.json is of the model type "mean-colour"; only "blip-2", "blip""#) == true)
        try Data("{}".utf8).write(to: folder.appending(path: "config.json"))
        #expect(try registry.checkpoint(folder) is MeanColourCheckpoint)
    }
}
