/// One thing that a request may ask of a caption.
///
/// Every way to ask is made from ``all``: the fields of forms, the flags of commands, `/openapi.json`, the table in
/// docs/prompts.md, and the key that a caption is cached by. A new option is a property of ``CaptionOptions``, a line in
/// ``all``, and what the model does with it.
public struct CaptionOption: Sendable {
    /// The field's name: that of transformers' `generate`, where that has the option. The flag has hyphens for its underscores.
    public let name: String
    /// Names that the flag had or has elsewhere; each is a flag too, and meant by whoever sends it as a field.
    public let aliases: [String]
    /// What the option may be, and where it stands in the options.
    public let value: Value
    /// A sentence or two for whoever sets it, with names in backticks.
    public let help: String
    /// What holds where nobody says it, in words.
    public let fallback: String
    /// Whether a checkpoint may say it in its `generation_config.json`.
    public let isOfCheckpoints: Bool

    /// What holds where a request does not say it, in words.
    public var standard: String { isOfCheckpoints ? "the checkpoint's value, or \(fallback)" : fallback }

    /// What an option may be, and where it stands.
    public enum Value: Sendable {
        case boolean(Place<Bool>)
        /// How large a number of tokens may be is the model's to say: its range ends at `Int.max`.
        case integer(Place<Int>, ClosedRange<Int>)
        case number(Place<Double>, ClosedRange<Double>)
        case choice(Place<String>, [String])
        case text(Place<String>)
        case texts(Place<[String]>, atMost: Int)
        /// Numbers of tokens in the model's vocabulary.
        case tokens(Place<[Int]>, atMost: Int)
    }

    public typealias Place<Content> = any WritableKeyPath<CaptionOptions, Content?> & Sendable

    init(
        _ name: String, _ value: Value, aliases: [String] = [], fallback: String, isOfCheckpoints: Bool = true,
        _ help: String
    ) {
        self.name = name
        self.value = value
        self.aliases = aliases
        self.fallback = fallback
        self.isOfCheckpoints = isOfCheckpoints
        self.help = help
    }
}

// MARK: The table

extension CaptionOption {
    /// All options, in the order in which they are shown.
    public static let all: [CaptionOption] = [
        CaptionOption(
            "prompt", .text(\.prompt), aliases: ["question"], fallback: "none", isOfCheckpoints: false,
            "The beginning of the caption, as in `a photo of`; or a question, which ends with a colon or a question mark, as in `Question: what colour is the car? Answer:`. The caption repeats a beginning, but not a question. It shares the model's context with the caption."
        ),
        CaptionOption(
            "detail", .choice(\.detailName, CaptionOptions.Detail.allCases.map(\.rawValue)), fallback: "`short`",
            isOfCheckpoints: false,
            "How much the caption says, in models that were trained for it (Florence-2): `short`, a sentence; `long`, some sentences; `longest`, a paragraph. Without `prompt`, which says it instead. Longer ones may have more tokens where nobody says how many."
        ),

        // Picture
        CaptionOption(
            "image_size", .integer(\.imageSize, 1 ... .max), fallback: "the checkpoint's own", isOfCheckpoints: false,
            "The side, in pixels, of the square that the picture is resized to: a multiple of the model's patches (14 pixels in the published models), up to 64 of them. Larger pictures show smaller things and take longer."
        ),
        CaptionOption(
            "interpolate_pos_encoding", .boolean(\.interpolatesPositions), fallback: "`true`", isOfCheckpoints: false,
            "Whether the model's positions may be interpolated, which every other size than its own needs; `image_size` alone implies it. `false` refuses such sizes."
        ),

        // Length
        CaptionOption(
            "max_new_tokens", .integer(\.maxNewTokens, 1 ... .max), aliases: ["max_tokens"], fallback: "30",
            "The most tokens to generate. `/model/info` has the model's limit."),
        CaptionOption(
            "min_new_tokens", .integer(\.minNewTokens, 0 ... .max), aliases: ["min_tokens"], fallback: "0",
            "The fewest tokens to generate; at most `max_new_tokens`."),
        CaptionOption(
            "max_length", .integer(\.maxLength, 1 ... .max), fallback: "none",
            "The most tokens altogether, as transformers counts them: with OPT, picture and prompt included. `max_new_tokens` overrides it."
        ),
        CaptionOption(
            "min_length", .integer(\.minLength, 0 ... .max), fallback: "0",
            "The fewest tokens altogether, counted as in `max_length`. `min_new_tokens` overrides it."),
        CaptionOption(
            "stop", .texts(\.stop, atMost: 16), aliases: ["stop_strings"], fallback: "none", isOfCheckpoints: false,
            "The caption ends before the first of these texts. May be given several times, or one per line."),

        // Search
        CaptionOption(
            "num_beams", .integer(\.beamCount, 1...16), aliases: ["beams", "beam_size"], fallback: "1",
            "The number of beams; the best hypothesis is the caption."),
        CaptionOption(
            "num_beam_groups", .integer(\.beamGroupCount, 1...16), fallback: "1",
            "Groups that the beams are divided into, so that captions differ more; a divisor of `num_beams`. With more than one, `diversity_penalty` must be above 0."
        ),
        CaptionOption(
            "diversity_penalty", .number(\.diversityPenalty, 0...100), fallback: "0",
            "What a token loses for each beam of an earlier group that chose it in the same step."),
        CaptionOption(
            "num_return_sequences", .integer(\.captionCount, 1...16), aliases: ["captions"], fallback: "1",
            isOfCheckpoints: false,
            "How many captions come back, the best first. At most as many as beams, or as many samples of one beam."),
        CaptionOption(
            "length_penalty", .number(\.lengthPenalty, -10...10), fallback: "1",
            "Above 0 beams prefer long texts, below 0 short ones."),
        CaptionOption(
            "early_stopping", .choice(\.earlyStoppingName, CaptionOptions.EarlyStopping.allCases.map(\.rawValue)),
            fallback: "`false`",
            "When beams stop: `true`, with enough finished texts; `false`, when a better one is unlikely; `never`, when it is impossible."
        ),

        // Sampling
        CaptionOption(
            "do_sample", .boolean(\.doSample), fallback: "`false`",
            "Whether tokens are sampled instead of taking the most likely one. Without it, `temperature` above 0, `seed`, `top_k`, `top_p`, `min_p`, `typical_p` or a cutoff asks for it."
        ),
        CaptionOption(
            "temperature", .number(\.temperature, 0...100), fallback: "1",
            "Samples: below 1 likely tokens get likelier, above 1 unlikely ones do. 0 always takes the most likely token, whatever the other options say."
        ),
        CaptionOption(
            "top_k", .integer(\.topK, 0...1_000_000), fallback: "50",
            "Samples from the k most likely tokens; 0 for all of them."),
        CaptionOption(
            "top_p", .number(\.topP, 0...1), fallback: "1",
            "Samples from the most likely tokens whose probabilities sum to this."),
        CaptionOption(
            "min_p", .number(\.minP, 0...1), fallback: "0",
            "Leaves out tokens that are less likely than this share of the likeliest one."),
        CaptionOption(
            "typical_p", .number(\.typicalP, 0.01...1), fallback: "1",
            "Samples from the tokens whose information is nearest to the expected one and whose probabilities sum to this."
        ),
        CaptionOption(
            "epsilon_cutoff", .number(\.epsilonCutoff, 0...0.99), fallback: "0",
            "Leaves out tokens that are less likely than this."),
        CaptionOption(
            "eta_cutoff", .number(\.etaCutoff, 0...0.99), fallback: "0",
            "As `epsilon_cutoff`, but lower where many tokens are likely."),
        CaptionOption(
            // Up to what any reader of JSON takes for the number that it is.
            "seed", .integer(\.seed, 0...(1 << 53) - 1), fallback: "random", isOfCheckpoints: false,
            "The same seed samples the same caption, which is then cached too. Without one, sampled captions are generated again each time."
        ),

        // Words
        CaptionOption(
            "repetition_penalty", .number(\.repetitionPenalty, 0.01...100), fallback: "1",
            "Above 1, tokens that have occurred get less likely."),
        CaptionOption(
            "no_repeat_ngram_size", .integer(\.noRepeatNgramSize, 0...100), fallback: "0",
            "No sequence of this many tokens occurs twice; 0 for no such rule."),
        CaptionOption(
            "bad_words", .texts(\.badWords, atMost: 1000), aliases: ["bad_words_ids"], fallback: "none",
            "Words that do not occur, spelt exactly so. May be given several times, or one per line."),
        CaptionOption(
            "suppress_tokens", .tokens(\.suppressedTokens, atMost: 1000), fallback: "none",
            "Tokens that do not occur, by their numbers in the model's vocabulary, with commas between them."),
        CaptionOption(
            "begin_suppress_tokens", .tokens(\.suppressedFirstTokens, atMost: 1000), fallback: "none",
            "Tokens that a caption does not begin with, given as for `suppress_tokens`."),
        CaptionOption(
            "forced_bos_token_id", .integer(\.forcedFirstToken, 0 ... .max), fallback: "none",
            "The token that a caption begins with, in models whose texts have a start token (T5)."),
        CaptionOption(
            "forced_eos_token_id", .tokens(\.forcedLastTokens, atMost: 1000), fallback: "none",
            "The token, or one of the tokens, that ends a caption of the maximum length."),

        // Answer
        CaptionOption(
            "return_scores", .boolean(\.returnScores), fallback: "`false`", isOfCheckpoints: false,
            "Whether captions come with `score`: the mean of their tokens' log-probabilities, at most 0. The higher it is, the surer the model; it can be compared between captions of any length."
        ),
    ]
}

extension CaptionOptions {
    fileprivate var detailName: String? {
        get { detail?.rawValue }
        set { detail = newValue.flatMap(Detail.init) }
    }

    fileprivate var earlyStoppingName: String? {
        get { earlyStopping?.rawValue }
        set { earlyStopping = newValue.flatMap(EarlyStopping.init) }
    }
}

// MARK: Reading a text

extension CaptionOption {
    /// Why a text does not say what an option takes, as two halves of a sentence about it.
    public struct WrongKind: Error, Sendable, Equatable {
        /// What the text is not: "is not a whole number".
        public let problem: String
        /// What to send, or to give, instead: "digits only, as in 1".
        public let advice: String
    }

    /// Sets the option to what a text says. Whether that is within its range, `validate(within:)` of the options says.
    ///
    /// Several texts are a line each, tokens have commas, spaces or line breaks between them.
    public func set(_ text: String, in options: inout CaptionOptions) throws(WrongKind) {
        switch value {
        case .boolean(let place):
            guard let content = ["true": true, "false": false][text.lowercased()] else {
                throw WrongKind(problem: "is neither true nor false", advice: "one of these")
            }
            options[keyPath: place] = content
        case .integer(let place, let range):
            guard let content = Int(text) else {
                throw WrongKind(
                    problem: "is not a whole number", advice: "digits only, as in \(max(1, range.lowerBound))")
            }
            options[keyPath: place] = content
        case .number(let place, _):
            guard let content = Double(text), content.isFinite else {
                throw WrongKind(problem: "is not a number", advice: "a number, as in 0.5, or leave it out")
            }
            options[keyPath: place] = content
        case .choice(let place, let choices):
            guard choices.contains(text.lowercased()) else {
                let names = choices.dropLast().joined(separator: ", ") + " nor \(choices.last ?? "")"
                throw WrongKind(problem: "is neither \(names)", advice: "one of these")
            }
            options[keyPath: place] = text.lowercased()
        case .text(let place): options[keyPath: place] = text
        case .texts(let place, _):
            let lines = text.split(whereSeparator: \.isNewline).map(String.init)
            options[keyPath: place] = lines.isEmpty ? nil : lines
        case .tokens(let place, _):
            let parts = text.split { $0 == "," || $0.isWhitespace }
            let tokens = parts.compactMap { Int($0) }
            guard tokens.count == parts.count else {
                throw WrongKind(
                    problem: "is not a list of tokens", advice: "whole numbers with commas between them, as in 5,17")
            }
            options[keyPath: place] = tokens.isEmpty ? nil : tokens
        }
    }

    /// The least and the greatest number that it may be, as texts; no greatest one where that is the model's to say. Nil for
    /// what is no number.
    public var bounds: (least: String, most: String?)? {
        func text(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }
        switch value {
        case .integer(_, let range):
            return ("\(range.lowerBound)", range.upperBound == .max ? nil : "\(range.upperBound)")
        case .number(_, let range): return (text(range.lowerBound), text(range.upperBound))
        case .boolean, .choice, .text, .texts, .tokens: return nil
        }
    }

    /// Whether a request may say it several times.
    public var isList: Bool {
        switch value {
        case .texts, .tokens: true
        default: false
        }
    }
}

// MARK: What is allowed

extension CaptionOptions {
    /// Refuses what no model, or not this one, can do, in a sentence that names field, value and range.
    ///
    /// - Parameter limits: the model's; nil where it is not known yet.
    /// - Throws: `invalidOption`.
    public func validate(within limits: ModelDescription.Limits? = nil) throws(CaptionError) {
        for option in CaptionOption.all {
            if let rule = option.brokenRule(in: self, limits) { throw Self.refusal(option.name, rule) }
        }
        for (least, leastName, most, mostName) in [
            (minNewTokens, "min_new_tokens", maxNewTokens, "max_new_tokens"),
            (minLength, "min_length", maxLength, "max_length"),
        ] {
            if let least, let most, least > most {
                throw Self.refusal(leastName, "is \(least); it may be at most \(mostName), which is \(most)")
            }
        }
    }

    private static func refusal(_ name: String, _ rule: String) -> CaptionError {
        CaptionError(.invalidOption, "\(name) \(rule).")
    }
}

extension CaptionOption {
    /// What is wrong with the option, as the rest of a sentence about it; nil for nothing.
    fileprivate func brokenRule(in options: CaptionOptions, _ limits: ModelDescription.Limits?) -> String? {
        switch value {
        case .integer(let place, var range):
            if let limits, ["max_new_tokens", "min_new_tokens"].contains(name) {
                range = range.clamped(to: 0...max(1, limits.maxNewTokens))
            }
            return Self.brokenRule(options[keyPath: place], range, "a whole number")
        case .number(let place, let range): return Self.brokenRule(options[keyPath: place], range, "a number")
        case .texts(let place, let most): return Self.brokenRule(options[keyPath: place]?.count, most, "texts")
        case .tokens(let place, let most):
            if let token = options[keyPath: place]?.first(where: { $0 < 0 }) {
                return "has the token \(token); a token is a whole number of 0 or more"
            }
            return Self.brokenRule(options[keyPath: place]?.count, most, "tokens")
        case .boolean, .choice, .text: return nil
        }
    }

    private static func brokenRule<Number: Comparable>(
        _ number: Number?, _ range: ClosedRange<Number>, _ kind: String
    ) -> String? {
        guard let number, !range.contains(number) else { return nil }
        let bounds =
            range.upperBound as? Int == .max
            ? "of \(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
        return "is \(number); it must be \(kind) \(bounds)"
    }

    private static func brokenRule(_ count: Int?, _ most: Int, _ kind: String) -> String? {
        guard let count, count > most else { return nil }
        return "has \(count) \(kind); it may have at most \(most)"
    }
}

// MARK: As JSON

extension CaptionOption {
    /// The name of an option as a coder takes it.
    public struct Key: CodingKey {
        public let stringValue: String
        public var intValue: Int? { nil }

        public init(stringValue: String) { self.stringValue = stringValue }
        public init?(intValue: Int) { nil }
    }

    public var key: Key { Key(stringValue: name) }
}

extension CaptionOptions: Encodable {
    /// Writes an object of the options that are set, by their names.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CaptionOption.Key.self)
        for option in CaptionOption.all {
            let key = option.key
            switch option.value {
            case .boolean(let place): try container.encodeIfPresent(self[keyPath: place], forKey: key)
            case .integer(let place, _): try container.encodeIfPresent(self[keyPath: place], forKey: key)
            case .number(let place, _): try container.encodeIfPresent(self[keyPath: place], forKey: key)
            case .choice(let place, _): try container.encodeIfPresent(self[keyPath: place], forKey: key)
            case .text(let place): try container.encodeIfPresent(self[keyPath: place], forKey: key)
            case .texts(let place, _): try container.encodeIfPresent(self[keyPath: place], forKey: key)
            case .tokens(let place, _): try container.encodeIfPresent(self[keyPath: place], forKey: key)
            }
        }
    }
}
