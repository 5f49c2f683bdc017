import Testing

@testable import Captioning

@Suite("What a caller may ask")
struct CaptionOptionsTests {
    private let limits = ModelDescription.Limits(imageSize: 8, imageTokens: 4, maxNewTokens: 30)

    private func options(_ change: (inout CaptionOptions) -> Void) -> CaptionOptions {
        var options = CaptionOptions()
        change(&options)
        return options
    }

    @Test("A number out of its range is refused with the field, the value and the range; the bounds are not")
    func ranges() throws {
        for field in CaptionOptions.wholeNumbers where field.range.upperBound < .max {
            for value in [field.range.lowerBound - 1, field.range.upperBound + 1] {
                let error = refusal(options { $0[keyPath: field.place] = value })
                #expect(
                    error
                        == "\(field.name) is \(value); it must be a whole number from \(field.range.lowerBound) "
                        + "to \(field.range.upperBound).")
            }
            for value in [field.range.lowerBound, field.range.upperBound] {
                #expect(refusal(options { $0[keyPath: field.place] = value }) == nil)
            }
        }
        for field in CaptionOptions.decimals {
            for value in [field.range.lowerBound.nextDown, field.range.upperBound.nextUp, .nan, .infinity] {
                let error = refusal(options { $0[keyPath: field.place] = value })
                #expect(error?.hasPrefix("\(field.name) is ") == true)
                #expect(
                    error?.hasSuffix("a number from \(field.range.lowerBound) to \(field.range.upperBound).") == true)
            }
            for value in [field.range.lowerBound, field.range.upperBound] {
                #expect(refusal(options { $0[keyPath: field.place] = value }) == nil)
            }
        }
    }

    @Test("How many tokens there may be is the model's to say, and the fewest may not be more than the most")
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
        #expect(refusal(options { ($0.minNewTokens, $0.maxNewTokens) = (30, 30) }) == nil)
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

    @Test(
        "Words are drawn where something says how, never at temperature 0, and else as the checkpoint does",
        arguments: [
            (CaptionOptions.Sampling(), Bool?.none), (.init(temperature: 0), false), (.init(temperature: 0.1), true),
            (.init(topK: 1), true), (.init(topP: 1), true), (.init(seed: 0), true),
            (.init(temperature: 0, topK: 5, topP: 0.5, seed: 1), false),
        ])
    func sampling(sampling: CaptionOptions.Sampling, isOn: Bool?) {
        #expect(sampling.isOn == isOn)
        for byDefault in [false, true] {
            let repeatable = options { $0.sampling = sampling }.isRepeatable(samplesByDefault: byDefault)
            #expect(repeatable == (sampling.seed != nil || !(isOn ?? byDefault)))
        }
    }

    @Test(
        "A prompt that asks is not repeated, any other is",
        arguments: [
            ("a photo of", true), ("a photo of ", true), ("Question: why? Answer:", false), ("what is this?", false),
            ("Answer: ", false), ("答え：", false), ("", false), ("  ", false),
        ])
    func prompts(prompt: String, isRepeated: Bool) {
        #expect(CaptionOptions(prompt: prompt).repeatsPrompt == isRepeated)
    }
}
