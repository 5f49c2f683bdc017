/// How one row's text is generated: greedily, within bounds.
public struct GenerationOptions: Sendable, Equatable {
    /// At most so many new tokens; transformers' `max_new_tokens`.
    public var maxNewTokens: Int
    /// No end token before so many new tokens; transformers' `min_new_tokens`.
    public var minNewTokens = 0
    /// The token ids behind the picture; nil stands for the beginning-of-sequence token alone.
    public var promptIDs: [Int]?
    /// Tokens that end the row; nil for the checkpoint's own.
    public var eosTokenIDs: [Int]?

    public init(maxNewTokens: Int = 30) {
        self.maxNewTokens = maxNewTokens
    }
}
