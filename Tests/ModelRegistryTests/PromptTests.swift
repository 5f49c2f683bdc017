import Blip2
import Captioning
import Foundation
import Generation
import Imaging
import StandIns
import Synchronization
import Testing
import Tokenization

@testable import ModelRegistry

/// Prompts, held against what transformers makes of them: `Fixtures/make_prompts.py`.
@Suite("Prompts")
struct PromptTests {
    private struct Reference: Decodable {
        struct Prompt: Decodable {
            let text: String
            let ids: [Int]

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                (text, ids) = (try values.decode(String.self), try values.decode([Int].self))
            }
        }

        let prompts: [String: [Prompt]]
        /// The prompt, all of the text, and what is new of it.
        let captions: [[String]]
    }

    private let reference: Reference
    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    init() throws {
        reference = try JSONDecoder().decode(
            Reference.self,
            from: try Data(
                contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(
                    path: "Fixtures/prompts.json")))
    }

    /// Does something with a checkpoint, which is compiled into a folder of its own.
    private func withModel(_ name: String, _ work: (GenerativeCaptionModel) throws -> Void) throws {
        let cache = FileManager.default.temporaryDirectory.appending(path: "prompts-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: cache) }
        let model = try Blip2Model(folder: Self.repository.appending(path: name), cache: cache)
        try work(try GenerativeCaptionModel(model, name: name))
    }

    @Test(
        "Encodes prompts into the same tokens as Blip2Processor",
        arguments: ["Models/demo", "Tests/Fixtures/opt-pre-norm"])
    func tokens(name: String) throws {
        let prompts = try #require(reference.prompts[name])
        #expect(prompts.count >= 15)
        try withModel(name) { model in
            let start = try #require(model.model.decoder.generation.bosTokenID)
            for prompt in prompts {
                #expect(try model.promptIDs(prompt.text) ?? [start] == prompt.ids, "\(prompt.text)")
            }
            #expect(try model.promptIDs(nil) == nil)
        }
    }

    @Test("A caption repeats a prompt that begins it, but not a question; words stream in order")
    func captions() throws {
        try withModel("Models/demo") { model in
            let bytes = [UInt8](
                try Data(contentsOf: Self.repository.appending(path: "Samples/harbour-evening.jpg")))
            let pixels = try Picture(bytes: bytes, limits: PictureLimits()).pixels(model.preparation)
            for caption in reference.captions {
                let heard = Mutex<[String]>([])
                let made = try model.caption(
                    pixels: pixels, options: CaptionOptions(prompt: caption[0]), cancellation: Cancellation()
                ) { text in heard.withLock { $0.append(text) } }
                #expect(made.text == caption[caption[0].hasSuffix(":") ? 2 : 1])
                let texts = heard.withLock { $0 }
                #expect(texts.count >= 5)
                for (earlier, later) in zip(texts, texts.dropFirst() + [made.text]) {
                    #expect(later.utf8.starts(with: earlier.utf8))
                }
            }
        }
    }

    @Test("Refuses a prompt that is too long or contains <image>, and says what to do")
    func refusals() throws {
        try withModel("Models/demo") { model in
            for (prompt, words) in [
                (String(repeating: "x ", count: 100), "Shorten it."), ("a <image> of", "Leave it out"),
            ] {
                let error = #expect(throws: CaptionError.self) {
                    try model.generationOptions(CaptionOptions(prompt: prompt))
                }
                #expect(error?.code == .invalidOption && error?.message.contains(words) == true)
            }
        }
    }

    @Test("A model with one length of captions refuses detail by its name")
    func refusesDetail() throws {
        try withModel("Tests/Fixtures/opt-pre-norm") { model in
            var options = CaptionOptions()
            options.detail = .longest
            let error = #expect(throws: CaptionError.self) { try model.generationOptions(options) }
            #expect(error?.code == .invalidOption)
            #expect(error?.message.hasPrefix("detail is longest, but BLIP-2 (OPT) captions in one length only") == true)
        }
    }

    @Test("max_length and min_length count picture and prompt; max_new_tokens and min_new_tokens win")
    func lengths() throws {
        try withModel("Models/demo") { model in
            let context = model.model.decoder.contextLength(promptIDs: nil)
            #expect(context > 1)
            var options = CaptionOptions()
            (options.maxLength, options.minLength) = (context + 7, context + 3)
            let result = try model.generationOptions(options)
            #expect(result.maxNewTokens == 7 && result.minNewTokens == 3)
            (options.maxNewTokens, options.minNewTokens) = (9, 1)
            let other = try model.generationOptions(options)
            #expect(other.maxNewTokens == 9 && other.minNewTokens == 1)
            for (most, least, words) in [
                (context, 0, "max_length is \(context); what stands in front of the caption takes \(context) of it."),
                (context + 2, context + 3, "min_length is"),
            ] {
                var options = CaptionOptions()
                (options.maxLength, options.minLength) = (most, least)
                let error = #expect(throws: CaptionError.self) {
                    try options.validate()
                    _ = try model.generationOptions(options)
                }
                #expect(error?.code == .invalidOption && error?.message.hasPrefix(words) == true)
            }
            (options.maxLength, options.maxNewTokens, options.minNewTokens) = (context + 2, nil, 3)
            let error = #expect(throws: CaptionError.self) { try model.generationOptions(options) }
            #expect(error?.message == "At least 3 new tokens were asked for, and at most 2. Ask for fewer, or more.")
        }
    }

    @Test("Passes bad words, suppressed tokens and forced tokens on to the model")
    func words() throws {
        try withModel("Models/demo") { model in
            var options = CaptionOptions()
            options.badWords = ["boat", "a harbour"]
            (options.suppressedTokens, options.suppressedFirstTokens) = ([5, 6], [7])
            (options.forcedLastTokens, options.returnScores) = ([2], true)
            let result = try model.generationOptions(options)
            #expect(result.badWords.count == 4)
            #expect(result.badWords.contains(model.tokenizer.encode(" boat", addingSpecialTokens: false)))
            #expect(result.badWords.contains(model.tokenizer.encode("boat", addingSpecialTokens: false)))
            #expect(result.suppressedTokens == [5, 6] && result.suppressedFirstTokens == [7])
            #expect(result.forcedLastTokens == [2] && result.returnsScores)
            options.suppressedTokens = [1_000_000]
            let error = #expect(throws: CaptionError.self) { try model.generationOptions(options) }
            #expect(error?.message.hasPrefix("suppress_tokens holds the token 1000000; this model knows 0 to ") == true)
        }
    }

    @Test("A request's options override the checkpoint's defaults, and nothing else changes")
    func options() throws {
        try withModel("Models/demo") { model in
            let plain = try model.generationOptions(CaptionOptions())
            #expect(plain.maxNewTokens == 30 && plain.beamCount == 1 && plain.sampling == nil)
            var options = CaptionOptions(maxNewTokens: 9)
            options.minNewTokens = 2
            (options.repetitionPenalty, options.noRepeatNgramSize) = (1.5, 3)
            (options.temperature, options.topK, options.topP, options.seed) = (0.5, 0, 0.9, 7)
            let result = try model.generationOptions(options)
            #expect(result.maxNewTokens == 9 && result.minNewTokens == 2)
            #expect(result.repetitionPenalty == 1.5 && result.noRepeatNgramSize == 3)
            #expect(result.sampling == .init(temperature: 0.5, topK: nil, topP: 0.9, seed: 7))
            options.temperature = 0
            #expect(try model.generationOptions(options).sampling == nil)
            var sampled = CaptionOptions()
            sampled.topP = 0.5
            #expect(try model.generationOptions(sampled).sampling == .init(topK: 50, topP: 0.5))
        }
    }
}

extension GenerativeCaptionModel {
    /// The tokens of a prompt; nil for none.
    fileprivate func promptIDs(_ prompt: String?) throws -> [Int]? {
        try model.prompt(CaptionOptions(prompt: prompt), tokenizer)?.ids
    }

    /// What is asked of the model with these options.
    fileprivate func generationOptions(_ options: CaptionOptions) throws -> GenerationOptions {
        try generationOptions(options, try model.prompt(options, tokenizer))
    }
}
