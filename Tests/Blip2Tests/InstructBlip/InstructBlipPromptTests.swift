import Captioning
import Devices
import Foundation
import Generation
import Imaging
import StandIns
import Testing
import Tokenization

@testable import ModelRegistry

@Suite("InstructBLIP's prompts", .heavy)
struct InstructBlipPromptTests {
    /// What InstructBlipProcessor makes of some texts.
    private struct Prompts: Decodable {
        struct Prompt: Decodable {
            let text: String
            /// With the image tokens in front.
            let inputIds: [Int]
            let qformerInputIds: [Int]
        }

        let `default`: String
        let prompts: [Prompt]

        static func read() throws -> Prompts {
            let file = Fixtures.checkpoint("instructblip/prompts.json")
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Prompts.self, from: Data(contentsOf: file))
        }
    }

    private func withModel(_ name: String, _ body: (GenerativeCaptionModel) throws -> Void) throws {
        let temporary = try TemporaryFolder()
        let checkpoint = try ModelRegistry.standard.checkpoint(Fixtures.checkpoint("instructblip/\(name)"))
        try checkpoint.checkCaptions()
        try body(GenerativeCaptionModel(checkpoint, name: name, cache: temporary.url, execution: .init(.cpu, .fp32)))
    }

    @Test(
        "Both tokenizers read what the processor reads, also in repositories without image_token_index",
        arguments: ["flan-form", "older"])
    func prompts(_ name: String) throws {
        let expected = try Prompts.read()
        #expect(expected.prompts.count >= 10)
        try withModel(name) { model in
            for prompt in expected.prompts {
                let found = try #require(try model.model.prompt(CaptionOptions(prompt: prompt.text), model.tokenizer))
                let image = try #require(model.tokenizer.tokenID(of: "<image>"))
                #expect(Array(repeating: image, count: 4) + found.ids == prompt.inputIds, "\(prompt.text)")
                #expect(found.instructionIDs == prompt.qformerInputIds, "\(prompt.text)")
                #expect(!found.isRepeated, "an instruction is followed, and not gone on from")
            }
            let asked = try #require(expected.prompts.first { $0.text == expected.default })
            #expect(try model.model.prompt(CaptionOptions(), model.tokenizer) == nil)
            #expect(model.model.decoder.defaultPromptIDs == Array(asked.inputIds.dropFirst(4)))
            #expect(model.model.defaultInstructionIDs == asked.qformerInputIds)
        }
    }

    /// A picture that differs from number to number, of the checkpoint's own size.
    private func input(_ id: UInt64, _ prompt: String?) -> CaptionInput {
        var options = CaptionOptions(prompt: prompt)
        options.minNewTokens = 5
        return CaptionInput(id: id, pixels: (0..<3 * 28 * 28).map { sinf(Float($0 * Int(id)) / 9) }, options: options)
    }

    private func captions(_ model: GenerativeCaptionModel, _ inputs: [CaptionInput]) throws -> [UInt64:
        GeneratedCaption]
    {
        var outcomes = try model.join(inputs, cancellation: Cancellation())
        while outcomes.count < inputs.count { outcomes += try model.step(cancellation: Cancellation()) }
        return try Dictionary(uniqueKeysWithValues: outcomes.map { ($0.id, try $0.result.get()) })
    }

    @Test("Pictures with instructions of any length are captioned together as they are alone; no prompt is the default")
    func together() throws {
        try withModel("flan-form") { model in
            let inputs = [
                input(1, nil), input(2, "fog"), input(3, "is it raining? answer:"), input(4, nil), input(5, "sea"),
                input(6, "a photo of"),
            ]
            let together = try captions(model, inputs)
            for input in inputs {
                #expect(try captions(model, [input])[input.id]?.tokenIDs == together[input.id]?.tokenIDs)
            }
            let spelt = try captions(model, [input(1, try Prompts.read().default)])
            #expect(spelt[1]?.tokenIDs == together[1]?.tokenIDs)
            #expect(together[6]?.text.hasPrefix("a photo of") == false)
            #expect(together[6]?.timings.stages.map(\.name) == ["vision", "qformer", "prefill", "decode"])
            // The same picture with other instructions: something else is said.
            let questions = try ["fog", "is it raining?", "the red boat", "answer:"].map {
                try #require(try captions(model, [input(2, $0)])[2]).tokenIDs
            }
            #expect(Set(questions).count > 1)
            #expect(model.description.architecture == "InstructBLIP (T5)")
        }
    }

    @Test("Refuses a prompt that is too long for the Q-Former, or that holds a picture's token, in a sentence")
    func refusesPrompts() throws {
        try withModel("flan-form") { model in
            for (prompt, words) in [
                (String(repeating: "sea ", count: 60), "room for 40. Shorten it."),
                ("a <image> of", "stands for the picture"),
            ] {
                let outcome = try model.join([input(1, prompt)], cancellation: Cancellation())
                let error = #expect(throws: CaptionError.self) { try outcome[0].result.get() }
                #expect(error?.code == .invalidOption && error?.message.contains(words) == true, "\(error as Any)")
            }
        }
    }
}
