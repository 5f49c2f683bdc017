import Captioning
import Devices
import Foundation
import Generation
import Imaging
import StandIns
import Testing
import Tokenization

@testable import ModelRegistry

@Suite("BLIP's prompts", .heavy)
struct BlipPromptTests {
    private struct Prompt: Decodable {
        let text: String
        let ids: [Int]
    }

    /// What BlipProcessor makes of some texts.
    private static func prompts(_ name: String) throws -> [Prompt] {
        let data = try Data(contentsOf: BlipFixtures.folder.appendingPathComponent("prompts.json"))
        return try #require(try JSONDecoder().decode([String: [Prompt]].self, from: data)[name])
    }

    private func withModel<Result>(_ name: String, _ body: (GenerativeCaptionModel) throws -> Result) throws -> Result {
        try BlipFixtures.withCopy(of: name) { folder in
            let checkpoint = try ModelRegistry.standard.checkpoint(folder)
            try checkpoint.checkCaptions()
            return try body(
                GenerativeCaptionModel(
                    checkpoint, name: name, cache: folder.appendingPathComponent("cache"), execution: .init(.cpu, .fp32)
                ))
        }
    }

    @Test("A caption goes on behind the processor's tokens: the first is the beginning token, the last is left out")
    func captionPrompts() throws {
        try withModel("base-form") { model in
            let prompts = try Self.prompts("base-form")
            #expect(prompts.count >= 9)
            for prompt in prompts {
                let found = try #require(try model.model.prompt(CaptionOptions(prompt: prompt.text), model.tokenizer))
                #expect(found.ids == [120] + prompt.ids.dropFirst().dropLast(), "\(prompt.text)")
                #expect(found.isRepeated == !prompt.text.hasSuffix("?"))
            }
            #expect(try model.model.prompt(CaptionOptions(), model.tokenizer) == nil)
            #expect(model.model.decoder.defaultPromptIDs == [120])
        }
    }

    @Test("A question is read as the processor writes it; without one the model is asked what is there")
    func questions() throws {
        try withModel("answers") { model in
            for prompt in try Self.prompts("answers") {
                let found = try #require(try model.model.prompt(CaptionOptions(prompt: prompt.text), model.tokenizer))
                #expect(found.ids == prompt.ids && !found.isRepeated, "\(prompt.text)")
            }
            let asked = model.tokenizer.encode("what is in the picture?", addingSpecialTokens: true)
            #expect(model.model.decoder.defaultPromptIDs == asked)
        }
    }

    @Test("A caption begins with its prompt and grows while it is written; an answer is the answer alone")
    func captions() throws {
        let picture = try Picture(
            bytes: [UInt8](
                try Data(
                    contentsOf: BlipFixtures.folder.deletingLastPathComponent().deletingLastPathComponent()
                        .deletingLastPathComponent().appendingPathComponent("Samples/harbour-evening.jpg"))),
            limits: PictureLimits())
        for (name, begins) in [("base-form", true), ("answers", false)] {
            try withModel(name) { model in
                var options = CaptionOptions(prompt: "a photo of")
                (options.minNewTokens, options.returnScores) = (4, true)
                let pixels = try picture.pixels(model.preparation)
                let made = try model.caption(pixels: pixels, options: options, cancellation: Cancellation())
                #expect(made.text.hasPrefix("a photo of") == begins, "\(name): \(made.text)")
                #expect(made.timings.stages.map(\.name) == ["vision", "prefill", "decode"])
                #expect((made.score ?? 1) <= 0)
                #expect(model.description.architecture.hasPrefix("BLIP"))
                let limits = model.description.limits
                #expect(limits.imageSize == 32 && limits.imageSizes?.step == 16)
                // A question that leaves no room is refused in a sentence.
                options.prompt = String(repeating: "sea ", count: 60)
                let outcome = try model.join(
                    [CaptionInput(id: 1, pixels: pixels, options: options)], cancellation: Cancellation())
                let error = #expect(throws: CaptionError.self) { try outcome[0].result.get() }
                #expect(error?.code == .invalidOption && error?.message.contains("Shorten it.") == true)
            }
        }
    }

    @Test("Pictures of other sizes are captioned beside those of the model's own")
    func sizes() throws {
        try withModel("base-form") { model in
            func input(_ id: UInt64, side: Int) -> CaptionInput {
                var options = CaptionOptions()
                options.imageSize = side
                let pixels = (0..<3 * side * side).map { sinf(Float($0 * Int(id))) }
                return CaptionInput(id: id, pixels: pixels, options: options)
            }
            func captions(_ inputs: [CaptionInput]) throws -> [UInt64: [Int]] {
                var outcomes = try model.join(inputs, cancellation: Cancellation())
                while outcomes.count < inputs.count { outcomes += try model.step(cancellation: Cancellation()) }
                return try Dictionary(uniqueKeysWithValues: outcomes.map { ($0.id, try $0.result.get().tokenIDs) })
            }
            let inputs = [input(1, side: 32), input(2, side: 64), input(3, side: 16), input(4, side: 32)]
            let together = try captions(inputs)
            for input in inputs { #expect(try captions([input])[input.id] == together[input.id]) }
        }
    }
}
