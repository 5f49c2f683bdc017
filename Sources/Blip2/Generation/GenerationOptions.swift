/// How one caption is generated: greedily, within bounds.
public struct GenerationOptions: Sendable, Equatable {
    /// At most so many new tokens; transformers' `max_new_tokens`.
    public var maxNewTokens: Int
    /// No end token before so many new tokens; transformers' `min_new_tokens`.
    public var minNewTokens = 0
    /// The token ids behind the picture; nil stands for the beginning-of-sequence token alone.
    public var promptIDs: [Int]?
    /// Tokens that end the caption; nil for the checkpoint's own.
    public var eosTokenIDs: [Int]?
    /// What rows that ended are filled up with; nil for the checkpoint's own.
    public var padTokenID: Int?

    public init(maxNewTokens: Int = 30) {
        self.maxNewTokens = maxNewTokens
    }
}
