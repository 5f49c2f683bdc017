/// The shape of the language model, of either family.
public enum LanguageModelConfiguration: Sendable, Equatable {
    /// A decoder that goes on behind picture and prompt.
    case opt(OPTConfiguration)
    /// An encoder of picture and prompt, and a decoder that looks at what it gives.
    case t5(T5Configuration)

    /// The family's name, for people.
    public var family: String {
        switch self {
        case .opt: "OPT"
        case .t5: "T5"
        }
    }

    public var vocabularySize: Int {
        switch self {
        case .opt(let opt): opt.vocabularySize
        case .t5(let t5): t5.vocabularySize
        }
    }

    public var hiddenSize: Int {
        switch self {
        case .opt(let opt): opt.hiddenSize
        case .t5(let t5): t5.hiddenSize
        }
    }

    /// Width of the word embeddings.
    public var wordEmbeddingSize: Int {
        switch self {
        case .opt(let opt): opt.wordEmbeddingSize
        case .t5(let t5): t5.hiddenSize
        }
    }

    /// Layers that keep keys and values of earlier tokens.
    var decoderLayerCount: Int {
        switch self {
        case .opt(let opt): opt.layerCount
        case .t5(let t5): t5.decoderLayerCount
        }
    }

    /// The longest sequence, in tokens; with an encoder, of each of the two.
    public var maximumPositions: Int {
        switch self {
        case .opt(let opt): opt.maximumPositions
        case .t5(let t5): t5.maximumPositions
        }
    }

    public var padTokenID: Int? {
        switch self {
        case .opt(let opt): opt.padTokenID
        case .t5(let t5): t5.padTokenID
        }
    }

    public var bosTokenID: Int? {
        switch self {
        case .opt(let opt): opt.bosTokenID
        case .t5(let t5): t5.bosTokenID
        }
    }

    /// Any of them ends a text.
    public var eosTokenIDs: [Int] {
        switch self {
        case .opt(let opt): opt.eosTokenIDs
        case .t5(let t5): t5.eosTokenIDs
        }
    }

    /// What texts begin with in a decoder behind an encoder; nil where they go on behind the prompt.
    public var decoderStartTokenID: Int? {
        switch self {
        case .opt: nil
        case .t5(let t5): t5.decoderStartTokenID
        }
    }

    /// What stands behind the picture where nobody gives a prompt: the beginning token.
    ///
    /// A T5 model that has none takes the end token, with which it saw every text end; transformers refuses to caption with
    /// such a model. In the published checkpoints the two are one.
    public var defaultPromptIDs: [Int] {
        if let bosTokenID { return [bosTokenID] }
        switch self {
        case .opt: return []
        case .t5(let t5): return Array(t5.eosTokenIDs.filter { (0..<t5.vocabularySize).contains($0) }.prefix(1))
        }
    }
}
