import Foundation
import Testing

@testable import Captioning

@Suite("Caption options")
struct CaptionOptionsTests {
    private let limits = ModelDescription.Limits(imageSize: 8, imageTokens: 4, maxNewTokens: 30)

    private func options(_ change: (inout CaptionOptions) -> Void) -> CaptionOptions {
        var options = CaptionOptions()
        change(&options)
        return options
    }

    private func refusal(_ options: CaptionOptions) -> String? {
        do {
            try options.validate(within: limits)
            return nil
        } catch {
            #expect(error.code == .invalidOption)
            return error.message
        }
    }

    @Test("Accepts the bounds of a range; refuses values outside with field, value and range")
    func ranges() throws {
        for option in CaptionOption.all {
            switch option.value {
            case .integer(let place, let range) where range.upperBound < .max:
                for value in [range.lowerBound - 1, range.upperBound + 1] {
                    #expect(
                        refusal(options { $0[keyPath: place] = value })
                            == "\(option.name) is \(value); it must be a whole number from \(range.lowerBound) "
                            + "to \(range.upperBound).")
                }
                for value in [range.lowerBound, range.upperBound] {
                    #expect(refusal(options { $0[keyPath: place] = value }) == nil)
                }
            case .number(let place, let range):
                for value in [range.lowerBound.nextDown, range.upperBound.nextUp, .nan, .infinity] {
                    let error = refusal(options { $0[keyPath: place] = value })
                    #expect(error?.hasPrefix("\(option.name) is ") == true)
                    #expect(error?.hasSuffix("a number from \(range.lowerBound) to \(range.upperBound).") == true)
                }
                for value in [range.lowerBound, range.upperBound] {
                    #expect(refusal(options { $0[keyPath: place] = value }) == nil)
                }
            case .texts(let place, let most):
                #expect(
                    refusal(options { $0[keyPath: place] = Array(repeating: "x", count: most + 1) })
                        == "\(option.name) has \(most + 1) texts; it may have at most \(most).")
                #expect(refusal(options { $0[keyPath: place] = Array(repeating: "x", count: most) }) == nil)
            case .tokens(let place, let most):
                #expect(
                    refusal(options { $0[keyPath: place] = Array(repeating: 5, count: most + 1) })
                        == "\(option.name) has \(most + 1) tokens; it may have at most \(most).")
                #expect(refusal(options { $0[keyPath: place] = Array(repeating: 5, count: most) }) == nil)
                #expect(
                    refusal(options { $0[keyPath: place] = [5, -1] })
                        == "\(option.name) has the token -1; a token is a whole number of 0 or more.")
            case .integer, .boolean, .choice, .text: break
            }
        }
    }

    @Test("max_new_tokens is bounded by the model, and min_new_tokens by max_new_tokens")
    func lengths() {
        #expect(
            refusal(options { $0.maxNewTokens = 31 })
                == "max_new_tokens is 31; it must be a whole number from 1 to 30.")
        #expect(
            refusal(options { $0.minNewTokens = 31 })
                == "min_new_tokens is 31; it must be a whole number from 0 to 30.")
        #expect(
            refusal(options { $0.maxNewTokens = 0 }) == "max_new_tokens is 0; it must be a whole number from 1 to 30.")
        #expect(
            refusal(options { ($0.minNewTokens, $0.maxNewTokens) = (5, 4) })
                == "min_new_tokens is 5; it may be at most max_new_tokens, which is 4.")
        #expect(
            refusal(options { ($0.minLength, $0.maxLength) = (50, 40) })
                == "min_length is 50; it may be at most max_length, which is 40.")
        #expect(refusal(options { ($0.minNewTokens, $0.maxNewTokens) = (30, 30) }) == nil)
    }

    @Test(
        "Reads each option from text by its type",
        arguments: [
            ("prompt", " a photo ", #"" a photo ""#), ("num_beams", "3", "3"), ("length_penalty", "-0.5", "-0.5"),
            ("early_stopping", "Never", #""never""#), ("detail", "Longest", #""longest""#),
            ("do_sample", "TRUE", "true"), ("do_sample", "false", "false"),
            ("stop", "a dog\n cat\r\n\n", #"["a dog"," cat"]"#), ("suppress_tokens", "5, 17\n9,", "[5,17,9]"),
            ("forced_eos_token_id", "2", "[2]"), ("stop", "\n", nil), ("suppress_tokens", " , ", nil),
        ])
    func texts(name: String, text: String, json: String?) throws {
        let option = try #require(CaptionOption.all.first { $0.name == name })
        var options = CaptionOptions()
        try option.set(text, in: &options)
        let object = String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
        #expect(object == json.map { "{\"\(name)\":\($0)}" } ?? "{}")
    }

    @Test(
        "Refuses text of the wrong type, saying what is wrong and what would be right",
        arguments: [
            ("num_beams", "1e3", "is not a whole number", "digits only, as in 1"),
            ("num_beams", "99999999999999999999", "is not a whole number", "digits only, as in 1"),
            ("temperature", "inf", "is not a number", "a number, as in 0.5, or leave it out"),
            ("early_stopping", "1", "is neither true, false nor never", "one of these"),
            ("detail", "shorter", "is neither short, long nor longest", "one of these"),
            ("do_sample", "1", "is neither true nor false", "one of these"),
            (
                "suppress_tokens", "5,x", "is not a list of tokens",
                "whole numbers with commas between them, as in 5,17"
            ),
        ])
    func wrongTexts(name: String, text: String, problem: String, advice: String) throws {
        let option = try #require(CaptionOption.all.first { $0.name == name })
        var options = CaptionOptions()
        #expect(throws: CaptionOption.WrongKind(problem: problem, advice: advice)) {
            try option.set(text, in: &options)
        }
        #expect(options == CaptionOptions())
    }

    @Test("Every option is in the table once, with unique names and help")
    func table() {
        #expect(Mirror(reflecting: CaptionOptions()).children.count == CaptionOption.all.count)
        let names = CaptionOption.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        for option in CaptionOption.all {
            #expect(option.help.hasSuffix(".") && !option.fallback.isEmpty, "\(option.name)")
        }
    }

    @Test(
        "Samples if an option asks for it, never at temperature 0, otherwise as the checkpoint says",
        arguments: [
            ([:], Bool?.none), (["temperature": "0"], false), (["temperature": "0.1"], true), (["top_k": "1"], true),
            (["top_p": "1"], true), (["seed": "0"], true), (["min_p": "0"], true), (["typical_p": "1"], true),
            (["epsilon_cutoff": "0"], true), (["eta_cutoff": "0"], true), (["do_sample": "true"], true),
            (["do_sample": "false", "top_k": "5"], false), (["do_sample": "true", "temperature": "0"], false),
            (["temperature": "0", "top_k": "5", "top_p": "0.5", "seed": "1"], false),
        ])
    func sampling(texts: [String: String], isSampled: Bool?) throws {
        var options = CaptionOptions()
        for option in CaptionOption.all { try texts[option.name].map { try option.set($0, in: &options) } }
        #expect(options.isSampled == isSampled)
        for byDefault in [false, true] {
            let repeatable = options.isRepeatable(samplesByDefault: byDefault)
            #expect(repeatable == (texts["seed"] != nil || !(isSampled ?? byDefault)))
        }
    }

    @Test(
        "A caption repeats its prompt, unless the prompt is a question or empty",
        arguments: [
            ("a photo of", true), ("a photo of ", true), ("Question: why? Answer:", false), ("what is this?", false),
            ("Answer: ", false), ("答え：", false), ("", false), ("  ", false),
        ])
    func prompts(prompt: String, isRepeated: Bool) {
        #expect(CaptionOptions(prompt: prompt).repeatsPrompt == isRepeated)
    }
}
