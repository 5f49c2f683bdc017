import Checkpoint
import Foundation

/// A folder as sentence-transformers stores it, or one with a checkpoint alone, whose tokens' mean is then the vector.
///
/// Whether the folder asks for vectors of length 1 changes nothing: they always are.
struct SentenceModelFolder {
    /// Where `config.json`, the weights and `tokenizer.json` lie.
    let checkpoint: URL
    let pooling: Pooling
    /// The longest text in tokens, special ones included, as far as the folder says.
    let maximumLength: Int?
    /// Whether texts become lower case before anything else.
    let lowercases: Bool

    /// - Throws: `missingFile`, `unsupportedModel` for a module that is not built, `invalidConfiguration`.
    init(_ folder: URL) throws {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw SentenceEmbeddingError(
                .missingFile, "The folder of the embedding model, \(folder.path), does not exist.")
        }
        let modules = try SentenceModule.list(in: folder)
        var (checkpoint, pooling) = (folder, Pooling.mean)
        for (index, module) in modules.enumerated() {
            switch (module.kind, index) {
            case ("Transformer", 0): checkpoint = try module.place(in: folder)
            case ("Pooling", 1): pooling = try Pooling(try module.configuration(in: folder))
            case ("Normalize", 2): break
            default:
                throw SentenceEmbeddingError(
                    .unsupportedModel,
                    "\(folder.path)/modules.json has \(module.kind) as module \(index); supported are Transformer, Pooling "
                        + "and Normalize, in this order.")
            }
        }
        self.checkpoint = checkpoint
        self.pooling = pooling
        let settings = try Self.read("sentence_bert_config.json", in: checkpoint)
        lowercases = try settings?.boolean("do_lower_case") ?? false
        maximumLength = try settings?.integer("max_seq_length", in: 1...1 << 20)
        try Self.refusePrompt(in: folder)
    }

    /// A prompt in front of every text would change every vector.
    private static func refusePrompt(in folder: URL) throws {
        let file = try read("config_sentence_transformers.json", in: folder)
        guard let file, let name = try file.string("default_prompt_name") else { return }
        throw SentenceEmbeddingError(
            .unsupportedModel,
            "\"default_prompt_name\" in \(file.path) is \"\(name)\": prompts in front of texts are not supported.")
    }

    private static func read(_ name: String, in folder: URL) throws -> ConfigurationFile? {
        let file = folder.appending(path: name)
        return FileManager.default.fileExists(atPath: file.path) ? try ConfigurationFile(file) : nil
    }
}

/// One step of what sentence-transformers does with a text; an entry of `modules.json`.
private struct SentenceModule: Decodable {
    /// The Python class, such as `sentence_transformers.models.Pooling`.
    let type: String
    /// The folder of its files, below the model's.
    let path: String

    var kind: String { type.split(separator: ".").last.map(String.init) ?? type }

    /// The entries in order; none where there is no such file.
    static func list(in folder: URL) throws -> [SentenceModule] {
        let file = folder.appending(path: "modules.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        do {
            return try JSONDecoder().decode([SentenceModule].self, from: Data(contentsOf: file))
        } catch {
            throw SentenceEmbeddingError(
                .invalidConfiguration,
                "\(file.path) is not the list of modules that sentence-transformers writes. Download it again.",
                cause: error)
        }
    }

    /// - Throws: `invalidConfiguration` for a path that leads out of the folder: a downloaded file must not point at others.
    func place(in folder: URL) throws -> URL {
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw SentenceEmbeddingError(
                .invalidConfiguration,
                "\(folder.path)/modules.json names the folder \"\(path)\", which is not below its own.")
        }
        return path.isEmpty ? folder : folder.appending(path: path)
    }

    func configuration(in folder: URL) throws -> ConfigurationFile {
        try ConfigurationFile(try place(in: folder).appending(path: "config.json"))
    }
}
