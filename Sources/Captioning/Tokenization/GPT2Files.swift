import Foundation

/// A tokenizer in the files from before `tokenizer.json`, read as transformers' `GPT2Tokenizer` reads them.
struct GPT2Files {
    private let folder: URL

    init(folder: URL) {
        self.folder = folder
    }

    /// What `tokenizer.json` would say.
    func description() throws(TokenizationError) -> TokenizerDescription {
        let file = folder.appending(path: "vocab.json")
        let tokens = try JSONFile.read([String: Int].self, from: file)
        let vocabulary = try TokenizerFile.naming(file) { () throws(TokenizationError) in try Vocabulary(tokens) }
        var settings = try readIfPresent(GPT2Settings.self, "tokenizer_config.json") ?? GPT2Settings()
        if settings.addedTokens == nil {
            if let map = try readIfPresent(NamedSpecialTokens.self, "special_tokens_map.json") {
                settings.named.replace(with: map)
            }
            settings.addedTokens = try legacyAddedTokens(special: Set(settings.named.tokens.map(\.content)))
        }

        let added = settings.named.joined(to: settings.addedTokens ?? [])
        return TokenizerDescription(
            addedTokens: added,
            preTokenizer: PreTokenizer(addingPrefixSpace: settings.addsPrefixSpace),
            template: try template(settings, vocabulary: vocabulary, added: added),
            model: ModelDescription(vocabulary: tokens, merges: try merges()))
    }

    private func merges() throws(TokenizationError) -> [(String, String)] {
        let file = folder.appending(path: "merges.txt")
        guard let text = String(bytes: try JSONFile.read(file), encoding: .utf8) else {
            throw TokenizationError(.malformedFile, "\(file.path): this is not UTF-8 text.")
        }
        let lines = text.split { $0.isNewline }.map(String.init)
        return try TokenizerFile.naming(file) { () throws(TokenizationError) in try MergeList.pairs(in: lines) }
    }

    /// `added_tokens.json` maps tokens to ids; which of them are special, the named tokens tell.
    private func legacyAddedTokens(special: Set<String>) throws(TokenizationError) -> [AddedToken] {
        let tokens = try readIfPresent([String: Int].self, "added_tokens.json") ?? [:]
        return tokens.sorted { $0.value < $1.value }.map { token, _ in
            let isSpecial = special.contains(token)
            return AddedToken(content: token, normalized: !isSpecial, special: isSpecial)
        }
    }

    /// Special tokens around the text where the settings ask for them.
    private func template(
        _ settings: GPT2Settings, vocabulary: Vocabulary, added: [AddedToken]
    ) throws(TokenizationError) -> SequenceTemplate {
        let ids = try AddedTokenVocabulary(added, vocabulary: vocabulary, normalizer: nil)
        func special(_ token: AddedToken?) -> [SequenceTemplate.Piece] {
            guard let token, let id = ids.id(of: token.content) else { return [] }
            return [.special([id])]
        }
        let first = settings.addsBeginning ? special(settings.named.beginning) : []
        let last = settings.addsEnd ? special(settings.named.end) : []
        return SequenceTemplate(pieces: first + [.text] + last)
    }

    private func readIfPresent<Value: Decodable>(
        _ type: Value.Type, _ name: String
    ) throws(TokenizationError) -> Value? {
        let file = folder.appending(path: name)
        return JSONFile.exists(file) ? try JSONFile.read(type, from: file) : nil
    }
}
