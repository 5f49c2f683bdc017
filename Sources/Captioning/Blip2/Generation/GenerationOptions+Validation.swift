extension GenerationOptions {
    /// The most beams, or samples, of one text: each takes its share of the key/value memory.
    public static let maximumWidth = 16

    /// Refuses what no model can do, in a sentence that names transformers' argument.
    /// - Parameter vocabularySize: how many tokens the model knows.
    func validate(vocabularySize: Int) throws(Blip2Error) {
        try validateSearch()
        if let sampling { try sampling.validate() }
        guard repetitionPenalty > 0, repetitionPenalty.isFinite else {
            throw Self.refusal("repetition_penalty", repetitionPenalty, "a number greater than 0")
        }
        guard noRepeatNgramSize >= 0 else {
            throw Self.refusal("no_repeat_ngram_size", noRepeatNgramSize, "0 or more")
        }
        guard !badWords.contains([]) else {
            throw Blip2Error(.invalidOption, "bad_words_ids holds an empty list; each of its lists needs a token.")
        }
        let tokens = [
            ("eos_token_id", eosTokenIDs?.filter { $0 >= 0 } ?? []), ("bad_words_ids", badWords.flatMap(\.self)),
            ("forced_bos_token_id", forcedFirstToken.map { [$0] } ?? []), ("forced_eos_token_id", forcedLastTokens),
        ]
        for (name, ids) in tokens {
            if let stranger = ids.first(where: { !(0..<vocabularySize).contains($0) }) {
                throw Blip2Error(
                    .invalidOption,
                    "\(name) holds the token \(stranger); this model knows 0 to \(vocabularySize - 1).")
            }
        }
    }

    private func validateSearch() throws(Blip2Error) {
        guard minNewTokens >= 0 else { throw Self.refusal("min_new_tokens", minNewTokens, "0 or more") }
        guard (1...Self.maximumWidth).contains(beamCount) else {
            throw Self.refusal("num_beams", beamCount, "a whole number from 1 to \(Self.maximumWidth)")
        }
        guard (1...Self.maximumWidth).contains(returnedSequences) else {
            throw Self.refusal(
                "num_return_sequences", returnedSequences, "a whole number from 1 to \(Self.maximumWidth)")
        }
        guard returnedSequences <= beamCount || (beamCount == 1 && sampling != nil) else {
            throw Blip2Error(
                .invalidOption,
                "num_return_sequences is \(returnedSequences), which is more than num_beams, \(beamCount): ask for more "
                    + "beams, or for samples of one beam.")
        }
        guard lengthPenalty.isFinite, lengthPenalty.magnitude <= 100 else {
            throw Self.refusal("length_penalty", lengthPenalty, "a number from -100 to 100")
        }
    }

    fileprivate static func refusal(_ name: String, _ value: some CustomStringConvertible, _ wanted: String)
        -> Blip2Error
    {
        Blip2Error(.invalidOption, "\(name) is \(value), but must be \(wanted).")
    }
}

extension GenerationOptions.Sampling {
    fileprivate func validate() throws(Blip2Error) {
        guard temperature > 0, temperature.isFinite else {
            throw GenerationOptions.refusal(
                "temperature", temperature, "a number greater than 0; without sampling the likeliest words are taken")
        }
        if let topK, topK < 1 {
            throw GenerationOptions.refusal("top_k", topK, "1 or more; leave it out to draw from all words")
        }
        guard (0...1).contains(topP) else { throw GenerationOptions.refusal("top_p", topP, "a number from 0 to 1") }
        if let minP, !(0...1).contains(minP) {
            throw GenerationOptions.refusal("min_p", minP, "a number from 0 to 1")
        }
    }
}
