import ArgumentParser
import Captioning
import Pipeline

/// The flags of every way of generating. What is not given is the checkpoint's own to say, else transformers' default.
struct CaptionFlags: ParsableArguments {
    @Option(help: "Text that the captions go on from; or a question, which ends with a colon or a question mark.")
    var prompt: String?

    @Option(help: "The most tokens a caption may have; the checkpoint's own default, else 30.")
    var maxNewTokens: Int?

    @Option(help: "The fewest tokens a caption may have.")
    var minNewTokens: Int?

    @Option(help: "How many texts to follow at a time: 1 to 16.")
    var beams: Int?

    @Option(
        help: "How many captions of each picture to give, best first: at most as many as beams, or as many samples.")
    var captions: Int?

    @Option(parsing: .unconditional, help: "Above 0 beams prefer long texts: -10 to 10.")
    var lengthPenalty: Double?

    @Option(
        help:
            "When beams stop: true, with enough finished texts; false, when better is unlikely; never, when impossible.",
        transform: Self.earlyStopping)
    var earlyStopping: CaptionOptions.EarlyStopping?

    @Option(help: "Above 1, words that have occurred get less likely: 0.01 to 100.")
    var repetitionPenalty: Double?

    @Option(help: "No run of so many tokens occurs twice: 0 (no such rule) to 100.")
    var noRepeatNgramSize: Int?

    @Option(help: "Draws words by chance; below 1 the likely ones get likelier, 0 takes the likeliest: 0 to 100.")
    var temperature: Double?

    @Option(help: "Draws from the so many likeliest tokens; 0 for all of them.")
    var topK: Int?

    @Option(help: "Draws from the likeliest tokens that have this probability together: 0 to 1.")
    var topP: Double?

    @Option(help: "The same seed draws the same captions each time.")
    var seed: Int?

    private static func earlyStopping(_ text: String) throws -> CaptionOptions.EarlyStopping {
        guard let choice = CaptionOptions.EarlyStopping(rawValue: text) else {
            throw ValidationError("--early-stopping may be true, false or never.")
        }
        return choice
    }

    /// The names of flags that are not those of the fields of a request.
    private static let otherNames = ["num_beams": "--beams", "num_return_sequences": "--captions"]

    func validate() throws {
        do {
            try options.validate()
        } catch {
            throw ValidationError(Self.sayingFlags(error.message))
        }
    }

    /// What is asked of each caption.
    var options: CaptionOptions {
        var options = CaptionOptions(prompt: prompt, maxNewTokens: maxNewTokens)
        options.minNewTokens = minNewTokens
        options.search.beamCount = beams
        options.search.captionCount = captions
        options.search.lengthPenalty = lengthPenalty
        options.search.earlyStopping = earlyStopping
        options.repetition.penalty = repetitionPenalty
        options.repetition.noRepeatNgramSize = noRepeatNgramSize
        options.sampling.temperature = temperature
        options.sampling.topK = topK
        options.sampling.topP = topP
        options.sampling.seed = seed
        return options
    }

    /// A sentence about the fields of a request, as one about flags.
    static func sayingFlags(_ sentence: String) -> String {
        let names = CaptionOptions.wholeNumbers.map(\.name) + CaptionOptions.decimals.map(\.name)
        return names.reduce(sentence) { sentence, name in
            let flag = otherNames[name] ?? "--" + name.replacing("_", with: "-")
            return sentence.replacing(name, with: flag)
        }
    }
}
