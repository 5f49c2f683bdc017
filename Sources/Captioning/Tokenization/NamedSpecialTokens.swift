import Checkpoint
import Foundation

/// The special tokens that have names, and those that are only listed, as `special_tokens_map.json` and
/// `tokenizer_config.json` give them.
///
/// Source: transformers 5.24, `PreTrainedTokenizerBase.__init__` and `TokenizersBackend.__init__`.
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

    /// A name of a model's own.
    private struct OwnName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
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
    /// Tokens with names that only some models have, such as `image_token`, in their order.
    private var owned: [(name: String, token: AddedToken)] = []
    private var listed: [AddedToken] = []

    /// None at all.
    static let none = NamedSpecialTokens(byName: [:])

    /// GPT-2's defaults.
    init() {
        let end = AddedToken(content: "<|endoftext|>", special: true)
        self.init(byName: [.beginning: end, .end: end, .unknown: end])
    }

    private init(byName: [Name: AddedToken]) {
        self.byName = byName
    }

    init(from decoder: any Decoder) throws {
        let names = try decoder.container(keyedBy: Name.self)
        for name in Name.allCases {
            byName[name] = try names.decodeIfPresent(Entry.self, forKey: name)?.token
        }
        owned = try Self.ownTokens(decoder)
        let lists = try decoder.container(keyedBy: ListKeys.self)
        if let object = try? lists.nestedContainer(keyedBy: OwnName.self, forKey: .extra) {
            for name in Self.order(of: ListKeys.extra.rawValue, object.allKeys, decoder) {
                owned.append((name, try object.decode(Entry.self, forKey: OwnName(name)).token))
            }
            return
        }
        let entries =
            try lists.decodeIfPresent([Entry].self, forKey: .extra)
            ?? lists.decodeIfPresent([Entry].self, forKey: .additional)
        listed = (entries ?? []).map(\.token)
    }

    /// Whatever else is called "…_token" and is a text, or a token with its flags.
    private static func ownTokens(_ decoder: any Decoder) throws -> [(name: String, token: AddedToken)] {
        let container = try decoder.container(keyedBy: OwnName.self)
        let names = container.allKeys.filter {
            $0.stringValue.hasSuffix("_token") && Name(stringValue: $0.stringValue) == nil
        }
        guard !names.isEmpty else { return [] }
        return order(of: nil, names, decoder).compactMap { name in
            guard let entry = try? container.decode(Entry.self, forKey: OwnName(name)) else { return nil }
            return (name, entry.token)
        }
    }

    /// Names as the file has them: those of new tokens get ids in this order.
    private static func order(of key: String?, _ names: [OwnName], _ decoder: any Decoder) -> [String] {
        let known = Set(names.map(\.stringValue))
        guard let source = JSONFile.source, let text = decoder.userInfo[source] as? Data else { return known.sorted() }
        return JSONKeys.inOrder(of: key, in: text).filter(known.contains)
    }

    var beginning: AddedToken? { byName[.beginning] }
    var end: AddedToken? { byName[.end] }

    /// The tokens in the order in which they get ids.
    var tokens: [AddedToken] { Name.allCases.compactMap { byName[$0] } + owned.map(\.token) + listed }

    /// A list of added tokens with these: those that it has become special and keep their flags, the others come behind.
    func joined(to added: [AddedToken]) -> [AddedToken] {
        var joined = added
        var places = Dictionary(added.enumerated().map { ($1.content, $0) }, uniquingKeysWith: { $1 })
        for token in tokens {
            if let place = places[token.content] {
                joined[place].special = true
            } else {
                places[token.content] = joined.count
                joined.append(token)
            }
        }
        return joined
    }

    mutating func replace(with other: NamedSpecialTokens) {
        byName.merge(other.byName) { $1 }
        let replaced = Set(other.owned.map(\.name))
        owned = owned.filter { !replaced.contains($0.name) } + other.owned
        if !other.listed.isEmpty { listed = other.listed }
    }
}

/// What `tokenizer_config.json` adds to what `tokenizer.json` says.
struct TokenizerSettings: Decodable {
    var named = NamedSpecialTokens.none
    /// Whether spaces in front of punctuation, and within English contractions, are taken out of decoded text.
    var cleansSpaces = false

    private enum CodingKeys: String, CodingKey {
        case cleansSpaces = "clean_up_tokenization_spaces"
    }

    init() {}

    init(from decoder: any Decoder) throws {
        named = try NamedSpecialTokens(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        cleansSpaces = try container.decodeIfPresent(Bool.self, forKey: .cleansSpaces) ?? false
    }
}
