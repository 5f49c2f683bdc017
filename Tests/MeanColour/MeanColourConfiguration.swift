import Captioning
public import Checkpoint
public import Devices
public import Foundation
public import Generation
import Imaging
import Tokenization

/// The checkpoint of the smallest captioner that there can be: it looks up what to say about a picture's mean colour.
///
/// Its `config.json` has the `model_type` "mean-colour" and nothing else. docs/adding-a-captioner.md walks through this folder.
public struct MeanColourCheckpoint: CaptionerCheckpoint {
    let folder: CheckpointFolder
    let decoder: DecoderConfiguration

    public init(_ folder: CheckpointFolder) throws {
        self.folder = folder
        decoder = DecoderConfiguration(
            vocabularySize: ColourWords.all.count, maximumPositions: 12, imageTokenCount: 1,
            defaultPromptIDs: [ColourWords.start],
            generation: try GenerationConfiguration(
                folder, bosTokenID: ColourWords.start, padTokenID: nil, eosTokenIDs: [ColourWords.end]))
    }

    public func checkCaptions() throws {
        guard decoder.maximumNewTokens(promptLength: 1) >= 1 else {
            throw CaptionError(.unusableModel, "\(folder.folder.path) leaves no room for words.")
        }
    }

    public func outline() -> [WeightOutline.Tensor] { [] }

    public func load(
        cache: URL, execution: Execution, progress: (Double) -> Void, waiting: () -> Void
    ) throws -> any VisionLanguageModel {
        MeanColourModel(self, execution)
    }

    /// A folder with such a checkpoint, in a folder that is there.
    public static func write(to folder: URL) throws -> URL {
        let url = folder.appending(path: "mean-colour-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try Data(#"{"model_type": "mean-colour"}"#.utf8).write(to: url.appending(path: "config.json"))
        return url
    }
}

/// The vocabulary, and the tokenizer: a token for each word.
struct ColourWords: Tokenizing {
    static let all = ["<s>", "</s>", "a", "red", "green", "blue", "picture", "question:", "answer:"]
    static let (start, end, article, picture) = (0, 1, 2, 6)
    /// Those of red, green and blue.
    static let colours = 3...5

    var vocabularySize: Int { Self.all.count }

    func encode(_ text: String, addingSpecialTokens: Bool) -> [Int] {
        let words = text.lowercased().split(separator: " ").compactMap { Self.all.firstIndex(of: String($0)) }
        return addingSpecialTokens ? [Self.start] + words : words
    }

    func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String {
        ids.filter { Self.all.indices.contains($0) && !(skippingSpecialTokens && $0 <= Self.end) }
            .map { Self.all[$0] }.joined(separator: " ")
    }

    func tokenID(of token: String) -> Int? { Self.all.firstIndex(of: token) }
}
