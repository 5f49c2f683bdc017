/// The part of `tokenizer_config.json` that changes ids.
struct GPT2Settings: Decodable {
    var named = NamedSpecialTokens()
    /// `added_tokens_decoder`, in order of id; nil in files from before it.
    var addedTokens: [AddedToken]?
    var addsPrefixSpace = false
    var addsBeginning = false
    var addsEnd = false

    private enum CodingKeys: String, CodingKey {
        case addedTokens = "added_tokens_decoder"
        case addsPrefixSpace = "add_prefix_space"
        case addsBeginning = "add_bos_token"
        case addsEnd = "add_eos_token"
    }

    init() {}

    init(from decoder: any Decoder) throws {
        named.replace(with: try NamedSpecialTokens(from: decoder))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        addedTokens = try container.decodeIfPresent([Int: AddedToken].self, forKey: .addedTokens)?
            .sorted { $0.key < $1.key }.map(\.value)
        addsPrefixSpace = try container.decodeIfPresent(Bool.self, forKey: .addsPrefixSpace) ?? false
        addsBeginning = try container.decodeIfPresent(Bool.self, forKey: .addsBeginning) ?? false
        addsEnd = try container.decodeIfPresent(Bool.self, forKey: .addsEnd) ?? false
    }
}
