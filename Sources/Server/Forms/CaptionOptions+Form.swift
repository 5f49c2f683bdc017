import Pipeline

extension CaptionOptions {
    /// The fields of a form that `init(form:)` reads.
    static let formFields: Set<String> = ["prompt", "max_new_tokens", "num_beams", "temperature", "top_p", "seed"]

    /// Reads the optional fields of a form; a field without text counts as not sent.
    ///
    /// - Throws: `invalidField` where a text is not a number, `fieldNotAvailable` for a way of generating that is not
    ///   built yet. Whether a number is within the model's limits is for the ``Captioner`` to say.
    init(form: [String: String]) throws(ServerError) {
        let texts = form.filter { !$0.value.isEmpty }
        self.init(prompt: texts["prompt"])
        if let text = texts["max_new_tokens"] {
            guard let number = Int(text) else {
                throw ServerError(.invalidField, "max_new_tokens is not a whole number. Send digits only, as in 20.")
            }
            maxNewTokens = number
        }
        // What greedy generation amounts to is welcome; the other ways come later.
        try Self.require("num_beams", in: texts, toBeOneOf: [1])
        try Self.require("temperature", in: texts, toBeOneOf: [0, 1])
        try Self.require("top_p", in: texts, toBeOneOf: [1])
        try Self.require("seed", in: texts, toBeOneOf: [])
    }

    private static func require(
        _ name: String, in texts: [String: String], toBeOneOf values: [Double]
    ) throws(ServerError) {
        guard let text = texts[name] else { return }
        guard let number = Double(text), number.isFinite else {
            throw ServerError(.invalidField, "\(name) is not a number. Send a number or leave the field out.")
        }
        guard values.contains(number) else {
            throw ServerError(
                .fieldNotAvailable,
                "\(name) is not available yet: captions are generated greedily. Leave the field out.")
        }
    }
}
