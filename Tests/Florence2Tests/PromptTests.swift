import Captioning
import Devices
import Foundation
import Generation
import ONNXRuntime
import StandIns
import Testing
import Tokenization

@testable import Florence2
@testable import ModelRegistry

/// Prompts and answers, held against what transformers' processor makes of them: `prompts.json`.
@Suite("Florence-2: prompts", .heavy)
struct PromptTests {
    private struct Expectations: Decodable {
        struct Pair: Decodable {
            let text: String
            let ids: [Int]

            /// A text and ids, in either order.
            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                if let text = try? values.decode(String.self) {
                    (self.text, ids) = (text, try values.decode([Int].self))
                } else {
                    ids = try values.decode([Int].self)
                    text = try values.decode(String.self)
                }
            }
        }

        let prompts: [Pair]
        let refused: [String]
        let answers: [Pair]
    }

    private let reference: Expectations
    private let cache: TemporaryFolder

    init() throws {
        reference = try JSONDecoder().decode(
            Expectations.self, from: Data(contentsOf: Fixtures.folder.appendingPathComponent("prompts.json")))
        cache = try TemporaryFolder()
    }

    private func captioner(_ name: String = "base-form") throws -> GenerativeCaptionModel {
        let checkpoint = try ModelRegistry.standard.checkpoint(Fixtures.checkpoint(name))
        return try GenerativeCaptionModel(
            checkpoint, name: name, cache: cache.url, execution: Execution(.cpu, .fp32))
    }

    @Test(
        "Encodes prompts and tasks into the same tokens as Florence2Processor", arguments: ["base-form", "older"])
    func tokens(_ name: String) throws {
        let model = try captioner(name)
        #expect(reference.prompts.count >= 15)
        for prompt in reference.prompts where !prompt.text.isEmpty {
            let found = try #require(try model.prompt(CaptionOptions(prompt: prompt.text)))
            #expect(found.ids == prompt.ids, "\(prompt.text)")
            #expect(!found.isRepeated)
        }
    }

    @Test(
        "Without a prompt, a caption is asked for; detail asks for one of three",
        arguments: [
            (nil, "<CAPTION>", 20), (.short, "<CAPTION>", 20), (.long, "<DETAILED_CAPTION>", 128),
            (.longest, "<MORE_DETAILED_CAPTION>", 512),
        ] as [(CaptionOptions.Detail?, String, Int)])
    func details(_ detail: CaptionOptions.Detail?, _ task: String, _ newTokens: Int) throws {
        let model = try captioner()
        var options = CaptionOptions()
        options.detail = detail
        let ids = try #require(reference.prompts.first { $0.text == task }).ids
        #expect(try model.prompt(options)?.ids == ids)
        options.prompt = ""
        #expect(try model.prompt(options)?.ids == ids)
        #expect(model.model.decoder.defaultPromptIDs == reference.prompts.first { $0.text == "<CAPTION>" }?.ids)
        let room = model.model.decoder.maximumNewTokens(promptLength: ids.count)
        #expect(try model.generationOptions(options).maxNewTokens == min(newTokens, room))
        options.maxNewTokens = 7
        #expect(try model.generationOptions(options).maxNewTokens == 7)
    }

    @Test("Refuses a task with something beside it, a task that is answered with places, and detail beside a prompt")
    func refusals() throws {
        let model = try captioner()
        func message(_ prompt: String, _ detail: CaptionOptions.Detail? = nil) throws -> String {
            var options = CaptionOptions(prompt: prompt)
            options.detail = detail
            let error = try #require(throws: CaptionError.self) { try model.prompt(options) }
            #expect(error.code == .invalidOption)
            return error.message
        }
        for prompt in reference.refused { #expect(try message(prompt).contains("stands alone")) }
        for task in Florence2Task.all where task.answer == .places {
            let message = try message(task.takesInput ? "\(task.token)a boat" : task.token)
            #expect(message.contains(task.token) && message.contains("<OCR>") && message.contains("<REGION_TO_OCR>"))
            #expect(!message.contains("<OD>") || task.token == "<OD>")
        }
        #expect(try message("a photo of", .long).hasPrefix("detail is long, but there is a prompt"))
        #expect(try message("a <image> here").contains("Leave it out"))
    }

    @Test("A text is what post_process_generation gives: beginning, end and padding left out, locations not")
    func answers() throws {
        let tokenizer = try Florence2Checkpoint(Fixtures.checkpoint("base-form")).tokenizer()
        #expect(reference.answers.count >= 8)
        for answer in reference.answers {
            let text = tokenizer.decode(answer.ids + [1, 1], skippingSpecialTokens: true)
            #expect(text.withoutOuterSpace() == answer.text)
        }
        // The vocabulary is padded: an id without a token is passed over.
        #expect(tokenizer.decode([0, 1400, 1407, 2], skippingSpecialTokens: true) == "")
    }

    @Test("A caption is the same alone, in a batch, and streamed; it never repeats the prompt")
    func captions() throws {
        let model = try captioner()
        let pictures = try pictures()
        var options = CaptionOptions(prompt: "a photo of")
        options.maxNewTokens = 10
        options.beamCount = 1
        let alone = try model.caption(pixels: pictures[0], options: options, cancellation: Cancellation())
        #expect(alone.tokenIDs.first == 0)
        #expect(!alone.text.hasPrefix("a photo of"))
        var outcomes = try model.join(
            pictures.enumerated().map {
                CaptionInput(id: UInt64($0.offset), pixels: $0.element, options: options)
            }, cancellation: Cancellation())
        while outcomes.count < 2 { outcomes += try model.step(cancellation: Cancellation()) }
        let first = try #require(outcomes.first { $0.id == 0 })
        #expect(try first.result.get().text == alone.text)
        #expect(model.description.architecture == "Florence-2")
        try model.prove()
        try model.prove()
    }

    /// The pixels of the reference, a picture each.
    private func pictures() throws -> [[Float]] {
        let pixels = try ParityReference(path: Fixtures.reference("base-form")).pixels
        let values = try pixels.array(of: Float.self)
        let size = values.count / pixels.shape[0]
        return (0..<pixels.shape[0]).map { Array(values[$0 * size..<($0 + 1) * size]) }
    }
}

extension GenerativeCaptionModel {
    fileprivate func prompt(_ options: CaptionOptions) throws -> Prompt? { try model.prompt(options, tokenizer) }

    /// What is asked of the model with these options.
    fileprivate func generationOptions(_ options: CaptionOptions) throws -> GenerationOptions {
        try generationOptions(options, try prompt(options))
    }
}
