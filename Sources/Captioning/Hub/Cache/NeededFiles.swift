import Checkpoint
import Foundation

/// Which files of a repository are needed: configuration, tokenizer and weights, what prepares pictures, or what makes one
/// vector of a sentence; nothing else is fetched.
enum NeededFiles {
    static let configuration = "config.json"
    static let preparation = ["processor_config.json", "preprocessor_config.json"]
    static let tokenizer = ["tokenizer.json", "vocab.json", "merges.txt"]
    /// The tokenizer of a Q-Former that reads instructions; only InstructBLIP has one.
    static let instructionTokenizer = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    ].map { "qformer_tokenizer/" + $0 }
    /// What sentence-transformers does with a text; only models that embed sentences have it.
    static let modules = "modules.json"
    /// What is fetched where it is there.
    static let optional =
        ["generation_config.json"] + preparation + tokenizer
        + ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"] + instructionTokenizer
        + [modules, "sentence_bert_config.json", "config_sentence_transformers.json", "1_Pooling/config.json"]

    /// The safetensors of a repository, one file or the index of its shards; nil where it has none.
    static func safetensors(of files: [FileName]) -> FileName? { first(of: Weights.safetensorsNames, in: files) }

    /// `pytorch_model.bin`, or the index of its shards; nil where a repository has neither.
    static func torchWeights(of files: [FileName]) -> FileName? { first(of: Weights.torchNames, in: files) }

    /// Variants such as `model.fp16.safetensors` are not among them: transformers takes those only when it is told to.
    private static func first(of names: [String], in files: [FileName]) -> FileName? {
        names.lazy.compactMap { name in files.first { $0.description == name } }.first
    }

    /// Whether a weight file says which other files have the weights.
    static func isIndex(_ weights: FileName) -> Bool { weights.description.hasSuffix(".index.json") }

    /// - Throws: `fileMissing` for a repository without `config.json`.
    static func checkConfiguration(of files: [FileName], in name: RepositoryName) throws(HubError) {
        guard !files.contains(where: { $0.description == configuration }) else { return }
        if let kind = kind(of: files) {
            throw HubError(.fileMissing, "\(name) is no checkpoint that can be used here: it \(kind)")
        }
        throw missing(configuration, name)
    }

    /// The files beside the weights.
    ///
    /// - Throws: `fileMissing` for a repository without a tokenizer, or without what prepares pictures or sentences.
    static func companions(of files: [FileName], in name: RepositoryName) throws(HubError) -> [FileName] {
        let found = companions(of: files)
        guard found.contains(where: { tokenizer.contains($0.description) }) else {
            throw missing("tokenizer.json", name)
        }
        guard found.contains(where: { preparation.contains($0.description) || $0.description == modules }) else {
            throw missing("preprocessor_config.json", name)
        }
        return found
    }

    /// Those that there are of the files beside the weights.
    static func companions(of files: [FileName]) -> [FileName] {
        ([configuration] + optional).compactMap { name in files.first { $0.description == name } }
    }

    /// The weight files that an index names, each once, sorted.
    ///
    /// - Throws: `unexpectedAnswer` for an index that is none; `hostileFileName`.
    static func shards(_ index: URL, of name: RepositoryName) throws(HubError) -> [FileName] {
        struct Index: Decodable {
            let weightMap: [String: String]

            enum CodingKeys: String, CodingKey {
                case weightMap = "weight_map"
            }
        }
        let title = index.lastPathComponent
        guard let bytes = try? Data(contentsOf: index), let map = try? JSONDecoder().decode(Index.self, from: bytes),
            !map.weightMap.isEmpty
        else {
            throw HubError(
                .unexpectedAnswer, "\(title) of \(name) names no weight files, so its weights cannot be fetched.")
        }
        let ending = Weights.torchNames.contains(title) ? ".bin" : ".safetensors"
        var shards: [FileName] = []
        for text in Set(map.weightMap.values).sorted() {
            let file = try FileName(text, of: name)
            guard file.isAtTop, text.hasSuffix(ending) else {
                throw HubError(
                    .hostileFileName,
                    "\(title) of \(name) names \(text.prefix(200).debugDescription), which is no \(ending) file beside it."
                )
            }
            shards.append(file)
        }
        return shards
    }

    static func missing(_ file: String, _ name: RepositoryName) -> HubError {
        HubError(
            .fileMissing,
            "\(name) has no \(file), so it is no checkpoint that can be used here: it needs config.json, a tokenizer, "
                + "preprocessor_config.json (or modules.json, for sentences) and safetensors or pytorch_model.bin, in its "
                + "first folder.")
    }

    /// What is said of a revision without weights that can be read: what was looked for, what is there, and what to do.
    ///
    /// - Parameter search: how the search for a pull request with safetensors ended, as a sentence; nil where there was none.
    static func noWeights(_ files: [FileName], _ reference: ModelReference, search: String?) -> HubError {
        let names = Weights.fileNames.joined(separator: ", ")
        let start = "\(reference) has no weights that can be read: none of \(names). \(search.map { "\($0) " } ?? "")"
        guard let kind = kind(of: files) else {
            return HubError(.fileMissing, "\(start)Name another revision, or another model.")
        }
        return HubError(
            .fileMissing,
            "\(start)It \(kind) To change a file, fetch the repository with \"hf download\" and set MODEL_ID to that folder."
        )
    }

    private static func kind(of files: [FileName]) -> String? {
        ForeignCheckpoint.kind(of: files.filter(\.isAtTop).map(\.description))
    }
}
