import Checkpoint

/// How the tokens of a text become one vector.
///
/// Source: sentence-transformers, `Pooling`, and its `config.json`.
enum Pooling: String, Sendable {
    /// The mean of all tokens.
    case mean
    /// The first token.
    case firstToken = "cls"

    /// - Throws: `unsupportedModel` for another way, by its name; `CheckpointError`.
    init(_ file: ConfigurationFile) throws {
        let prefix = "pooling_mode_"
        var modes: [String] = []
        if let mode = try file.string("pooling_mode") {
            modes = [mode]
        } else {
            for key in file.values.keys.sorted() where key.hasPrefix(prefix) {
                if try file.boolean(key, default: false) { modes.append(String(key.dropFirst(prefix.count))) }
            }
        }
        switch modes {
        case ["mean"], ["mean_tokens"]: self = .mean
        case ["cls"], ["cls_token"]: self = .firstToken
        default:
            let names = modes.isEmpty ? "none" : modes.joined(separator: ", ")
            throw SentenceEmbeddingError(
                .unsupportedModel, "The pooling in \(file.path) is \(names); mean and cls are supported, one of them.")
        }
    }

    /// How much each of `count` tokens counts.
    func weights(_ count: Int) -> [Float] {
        switch self {
        case .mean: [Float](repeating: 1 / Float(max(count, 1)), count: count)
        case .firstToken: (0..<count).map { $0 == 0 ? 1 : 0 }
        }
    }
}
