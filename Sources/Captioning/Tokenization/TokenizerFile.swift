public import Foundation

/// Loads the tokenizer of a checkpoint.
public enum TokenizerFile {
    /// The tokenizer in a checkpoint's folder: from `tokenizer.json` where there is one, with the special tokens of
    /// `tokenizer_config.json`, else from `vocab.json` and `merges.txt` together with `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` as far as
    /// they are there.
    ///
    /// Reads the files whole and blocks for it; a vocabulary of 50,000 tokens takes a fraction of a second.
    ///
    /// - Parameters:
    ///   - folder: a folder as Hugging Face stores it; its files may be symbolic links.
    ///   - added: special tokens that the files lack because a processor adds them; they get the ids behind all others, in
    ///     their order.
    /// - Throws: `TokenizationError`, naming the file, where one is missing, broken, over 128 MiB, or asks for a
    ///   kind of tokenizer that is not built.
    public static func load(folder: URL, adding added: [String] = []) throws(TokenizationError) -> any Tokenizing {
        let file = folder.appending(path: "tokenizer.json")
        if JSONFile.exists(file) {
            var description = try JSONFile.read(AnyDescription.self, from: file)
            let settings = folder.appending(path: "tokenizer_config.json")
            if JSONFile.exists(settings) { description.add(try JSONFile.read(TokenizerSettings.self, from: settings)) }
            description.add(added.map { AddedToken(content: $0, special: true) })
            return try naming(file) { () throws(TokenizationError) in try description.tokenizer() }
        }
        guard JSONFile.exists(folder.appending(path: "vocab.json")) else {
            throw TokenizationError(
                .missingFile,
                "\(folder.path): there is no tokenizer in this folder; it needs tokenizer.json, or vocab.json and merges.txt."
            )
        }
        var description = try GPT2Files(folder: folder).description()
        description.addedTokens += added.map { AddedToken(content: $0, special: true) }
        return try naming(folder) { () throws(TokenizationError) in try BytePairTokenizer(description) }
    }

    /// Runs `body` with its error led by the path of what it is about.
    static func naming<Value>(
        _ file: URL, _ body: () throws(TokenizationError) -> Value
    ) throws(TokenizationError) -> Value {
        do {
            return try body()
        } catch {
            throw error.inFile(file.path)
        }
    }

    /// A `tokenizer.json` of any kind.
    private enum AnyDescription: Decodable {
        case bytePair(TokenizerDescription)
        case unigram(UnigramDescription)
        case wordPiece(WordPieceDescription)

        private struct Kind: Decodable {
            struct Model: Decodable {
                let type: String?
            }

            let model: Model
        }

        init(from decoder: any Decoder) throws {
            self =
                switch try Kind(from: decoder).model.type {
                case "Unigram": .unigram(try UnigramDescription(from: decoder))
                case "WordPiece": .wordPiece(try WordPieceDescription(from: decoder))
                default: .bytePair(try TokenizerDescription(from: decoder))
                }
        }

        mutating func add(_ settings: TokenizerSettings) {
            switch self {
            // transformers cleans no spaces up behind byte-pair tokenizers.
            case .bytePair(var description):
                description.addedTokens = settings.named.joined(to: description.addedTokens)
                self = .bytePair(description)
            case .unigram(var description):
                description.addedTokens = settings.named.joined(to: description.addedTokens)
                description.cleansSpaces = settings.cleansSpaces
                self = .unigram(description)
            case .wordPiece(var description):
                description.addedTokens = settings.named.joined(to: description.addedTokens)
                description.cleansSpaces = settings.cleansSpaces
                self = .wordPiece(description)
            }
        }

        mutating func add(_ tokens: [AddedToken]) {
            switch self {
            case .bytePair(var description):
                description.addedTokens += tokens
                self = .bytePair(description)
            case .unigram(var description):
                description.addedTokens += tokens
                self = .unigram(description)
            case .wordPiece(var description):
                description.addedTokens += tokens
                self = .wordPiece(description)
            }
        }

        func tokenizer() throws(TokenizationError) -> any Tokenizing {
            switch self {
            case .bytePair(let description): try BytePairTokenizer(description)
            case .unigram(let description): try UnigramTokenizer(description)
            case .wordPiece(let description): try WordPieceTokenizer(description)
            }
        }
    }
}
