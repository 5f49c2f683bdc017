import Checkpoint
import Foundation

/// Which files of a repository are needed: configuration, tokenizer and safetensors, what prepares pictures, or what makes one
/// vector of a sentence; nothing else is fetched.
enum NeededFiles {
    static let configuration = "config.json"
    static let singleWeights = "model.safetensors"
    static let weightIndex = "model.safetensors.index.json"
    static let preparation = ["processor_config.json", "preprocessor_config.json"]
    static let tokenizer = ["tokenizer.json", "vocab.json", "merges.txt"]
    /// What sentence-transformers does with a text; only models that embed sentences have it.
    static let modules = "modules.json"
    /// What is fetched where it is there.
    static let optional =
        ["generation_config.json"] + preparation + tokenizer
        + ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"]
        + [modules, "sentence_bert_config.json", "config_sentence_transformers.json", "1_Pooling/config.json"]

    /// The files to fetch first, of those that a repository holds; a weight index says which others follow.
    ///
    /// - Throws: `picklesOnly`; `fileMissing` for a repository that is no checkpoint.
    static func first(of files: [FileName], in name: RepositoryName) throws(HubError) -> [FileName] {
        let top = files.filter(\.isAtTop)
        func file(_ wanted: String) -> FileName? { top.first { $0.description == wanted } }
        let kind = ForeignCheckpoint.kind(of: top.map(\.description))
        guard let configuration = file(configuration) else {
            if let kind { throw HubError(.fileMissing, "\(name) is no checkpoint that can be used here: it \(kind)") }
            throw missing(Self.configuration, name)
        }
        let others = optional.compactMap { name in files.first { $0.description == name } }
        guard let weights = file(singleWeights) ?? file(weightIndex) else {
            let pickles = top.map(\.description).filter {
                $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth")
            }
            guard let pickle = pickles.sorted().first else {
                if let kind {
                    throw HubError(.fileMissing, "\(name) is no checkpoint that can be used here: it \(kind)")
                }
                throw missing("\(singleWeights) or \(weightIndex)", name)
            }
            throw HubError(
                .picklesOnly,
                "\(name) holds its weights as Python pickles only (\(pickle)), and only safetensors are downloaded. Look for a "
                    + "branch that holds them (often \(name)@refs/pr/1). Or download the repository with \"hf download\" and set "
                    + "MODEL_ID to its folder, where pytorch_model.bin is read without running anything in it; or load it with "
                    + "transformers, call save_pretrained, and set MODEL_ID to that folder.")
        }
        guard others.contains(where: { tokenizer.contains($0.description) }) else {
            throw missing("tokenizer.json", name)
        }
        guard others.contains(where: { preparation.contains($0.description) || $0.description == modules }) else {
            throw missing("preprocessor_config.json", name)
        }
        return [configuration] + others + [weights]
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
        guard let bytes = try? Data(contentsOf: index), let map = try? JSONDecoder().decode(Index.self, from: bytes),
            !map.weightMap.isEmpty
        else {
            throw HubError(
                .unexpectedAnswer, "\(weightIndex) of \(name) names no weight files, so its weights cannot be fetched.")
        }
        var shards: [FileName] = []
        for text in Set(map.weightMap.values).sorted() {
            let file = try FileName(text, of: name)
            guard file.isAtTop, text.hasSuffix(".safetensors") else {
                throw HubError(
                    .hostileFileName,
                    "\(weightIndex) of \(name) names \(text.prefix(200).debugDescription), which is no weight file beside it."
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
                + "preprocessor_config.json (or modules.json, for sentences) and safetensors, in its first folder.")
    }
}
