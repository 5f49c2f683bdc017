/// What a caller may ask of a caption.
public struct CaptionOptions: Sendable, Hashable, Encodable {
    /// Text that the caption continues or answers; none by default.
    public var prompt: String?
    /// The most tokens to generate; `max_new_tokens` of the checkpoint's own by default, else 30.
    public var maxNewTokens: Int?

    /// Makes options, all of them left to the model by default.
    public init(prompt: String? = nil, maxNewTokens: Int? = nil) {
        self.prompt = prompt
        self.maxNewTokens = maxNewTokens
    }

    /// Refuses what the model cannot do, in a sentence.
    func validate(within limits: ModelDescription.Limits) throws(PipelineError) {
        guard let maxNewTokens else { return }
        guard (1...max(1, limits.maxNewTokens)).contains(maxNewTokens) else {
            throw PipelineError(
                .invalidOption,
                "max_new_tokens is \(maxNewTokens); this model takes a whole number from 1 to \(limits.maxNewTokens).")
        }
    }
}
