/// The special tokens that have names, and those that are only listed, as `special_tokens_map.json` and
/// `tokenizer_config.json` give them.
struct NamedSpecialTokens: Decodable {
    private enum Name: String, CodingKey, CaseIterable {
        case beginning = "bos_token"
        case end = "eos_token"
        case unknown = "unk_token"
        case separator = "sep_token"
        case padding = "pad_token"
        case classification = "cls_token"
        case mask = "mask_token"
    }

    private enum ListKeys: String, CodingKey {
        case extra = "extra_special_tokens"
        case additional = "additional_special_tokens"
    }

    /// A token as plain text, or as an object with its flags.
    private struct Entry: Decodable {
        let token: AddedToken

        init(from decoder: any Decoder) throws {
            if let content = try? decoder.singleValueContainer().decode(String.self) {
                token = AddedToken(content: content, special: true)
            } else {
                var described = try AddedToken(from: decoder)
                described.special = true
                token = described
            }
        }
    }

    private var byName: [Name: AddedToken] = [:]
    private var listed: [AddedToken] = []

    /// GPT-2's defaults.
    init() {
        let end = AddedToken(content: "<|endoftext|>", special: true)
        byName = [.beginning: end, .end: end, .unknown: end]
    }

    init(from decoder: any Decoder) throws {
        let names = try decoder.container(keyedBy: Name.self)
        for name in Name.allCases {
            byName[name] = try names.decodeIfPresent(Entry.self, forKey: name)?.token
        }
        let lists = try decoder.container(keyedBy: ListKeys.self)
        let entries =
            try lists.decodeIfPresent([Entry].self, forKey: .extra)
            ?? lists.decodeIfPresent([Entry].self, forKey: .additional)
        listed = (entries ?? []).map(\.token)
    }

    var beginning: AddedToken? { byName[.beginning] }
    var end: AddedToken? { byName[.end] }

    /// The tokens in the order in which they get ids.
    var tokens: [AddedToken] { Name.allCases.compactMap { byName[$0] } + listed }

    /// The tokens with the flags that `added` gives to those of the same text.
    func tokens(withFlagsOf added: [AddedToken]) -> [AddedToken] {
        tokens.map { token in
            guard var flagged = added.last(where: { $0.content == token.content }) else { return token }
            flagged.special = true
            return flagged
        }
    }

    mutating func replace(with other: NamedSpecialTokens) {
        byName.merge(other.byName) { $1 }
        if !other.listed.isEmpty { listed = other.listed }
    }
}
