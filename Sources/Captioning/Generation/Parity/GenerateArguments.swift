package import Checkpoint

/// The arguments of a call of transformers' `generate`, as JSON; one that would change the result and cannot be heeded
/// is refused by its name.
package struct GenerateArguments {
    private let file: ConfigurationFile
    private let configuration: GenerationConfiguration
    private let returnedSequences: Int
    private let hasEnds: Bool

    /// Arguments that are heeded.
    private static let heeded: Set<String> = [
        "eos_token_id", "pad_token_id", "max_length", "max_new_tokens", "min_length", "min_new_tokens", "num_beams",
        "num_beam_groups", "diversity_penalty", "num_return_sequences", "early_stopping", "length_penalty",
        "repetition_penalty", "no_repeat_ngram_size", "bad_words_ids", "suppress_tokens", "begin_suppress_tokens",
        "forced_bos_token_id", "forced_eos_token_id",
    ]
    /// Arguments that only samples heed, that bear on speed alone, or that ask for more results.
    private static let ignored: Set<String> = [
        "temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "use_cache",
        "bos_token_id", "transformers_version", "_from_model_config", "return_dict_in_generate", "output_scores",
        "output_logits", "output_hidden_states", "output_attentions",
    ]
    /// Arguments that are heeded only where their value changes nothing.
    private static let neutral: [String: JSONValue] = [
        "do_sample": .boolean(false),
        "encoder_repetition_penalty": .integer(1), "encoder_no_repeat_ngram_size": .integer(0),
        "renormalize_logits": .boolean(false), "remove_invalid_values": .boolean(false),
        "token_healing": .boolean(false), "guidance_scale": .integer(1),
        // Positions are always interpolated where the pictures of a reference are of another size.
        "interpolate_pos_encoding": .boolean(true),
    ]

    /// - Parameter path: the file that errors name.
    /// - Throws: `unsupportedGeneration` for an argument that cannot be heeded, `invalidInput` for other text than a JSON
    ///   object.
    package init(json: String, path: String) throws(GenerationError) {
        let file: ConfigurationFile
        do {
            file = try ConfigurationFile(text: json, path: "The metadata `generation` of \(path)")
        } catch {
            throw GenerationError(
                .invalidInput, "The metadata `generation` of \(path) is not a JSON object: \(json)", cause: error)
        }
        for (key, value) in file.values.sorted(by: { $0.key < $1.key }) where value != .null {
            guard !Self.heeded.contains(key), !Self.ignored.contains(key) else { continue }
            if let neutral = Self.neutral[key], value.isSameNumber(as: neutral) { continue }
            throw GenerationError(
                .unsupportedGeneration,
                "\(path) was generated with \(key) = \(value), which cannot be compared: "
                    + (key == "do_sample" ? "nobody else has torch's random numbers." : "it is not known here."))
        }
        do {
            configuration = try GenerationConfiguration(file)
            returnedSequences = try file.integer("num_return_sequences", default: 1, in: 1 ... .max)
        } catch {
            throw GenerationError(.unsupportedGeneration, "\(error)", cause: error)
        }
        hasEnds = file.contains("eos_token_id")
        self.file = file
    }

    /// The arguments as options of ours.
    /// - Parameters:
    ///   - contextLength: tokens in front of the first new one.
    ///   - startsTexts: whether texts begin with a start token.
    ///   - defaults: what holds where the arguments say nothing.
    /// - Throws: `invalidConfiguration` for defaults that nothing can be generated with.
    package func options(
        contextLength: Int, startsTexts: Bool, over defaults: ConfigurationFile? = nil
    ) throws(GenerationError) -> GenerationOptions {
        let heeded =
            if let defaults { try GenerationConfiguration(defaults.overridden(by: file)) } else { configuration }
        // transformers makes 20 new tokens where it is not told.
        var options = GenerationOptions(
            defaultsOf: heeded, contextLength: contextLength, fallbackNewTokens: 20, startsTexts: startsTexts)
        options.returnedSequences = returnedSequences
        if hasEnds { options.eosTokenIDs = configuration.eosTokenIDs }
        return options
    }
}

extension JSONValue {
    /// Whether both are the same, however a number is written.
    fileprivate func isSameNumber(as other: JSONValue) -> Bool {
        if self == other { return true }
        return switch (self, other) {
        case (.real(let own), .integer(let other)): own == Double(other)
        case (.integer(let own), .boolean(let other)): own == (other ? 1 : 0)
        default: false
        }
    }
}
