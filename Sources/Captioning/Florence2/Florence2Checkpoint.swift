import Captioning
public import Checkpoint
public import Devices
public import Foundation
public import Generation
import Imaging
import Networks
public import Tokenization

/// A Florence-2 checkpoint whose small files were read and found to fit each other: configuration and, where they are there,
/// tokenizer and image processor. Its weights have not been looked at.
public struct Florence2Checkpoint: CaptionerCheckpoint {
    public let folder: CheckpointFolder
    public let configuration: Florence2Configuration
    /// What generating depends on of the language model.
    public let decoder: DecoderConfiguration
    /// Height and width of the pictures, in pixels.
    let pictureSize: (height: Int, width: Int)
    private let loadedTokenizer: Result<any Tokenizing, TokenizationError>

    /// As ``init(_:)-(CheckpointFolder)``, of a Hugging Face folder.
    public init(_ folder: URL) throws {
        try self.init(try CheckpointFolder(folder))
    }

    /// - Throws: `CheckpointError`, `GenerationError` or ``Florence2Error`` with the file and what to do; `mismatchedTokenizer`
    ///   where the tokenizer is another model's. A folder without a tokenizer will do for networks alone.
    public init(_ folder: CheckpointFolder) throws {
        self.folder = folder
        configuration = try Florence2Configuration(folder.configuration)
        pictureSize = try Self.pictureSize(folder)
        guard let grid = configuration.vision.grid(height: pictureSize.height, width: pictureSize.width) else {
            guard folder.preprocessor != nil else { throw Self.missingProcessor(folder) }
            throw Florence2Error(
                .invalidConfiguration,
                "The preprocessor of \(folder.path) makes pictures of \(pictureSize.width) × \(pictureSize.height) "
                    + "pixels; its vision tower takes such that become 1 × 1 to \(configuration.vision.maximumPositions) × "
                    + "\(configuration.vision.maximumPositions) features.")
        }
        let count = grid.rows * grid.columns + 1
        try Self.check(folder.preprocessor, imageTokenCount: count)
        loadedTokenizer = Self.loadTokenizer(folder, isOlder: configuration.isOlder)
        let tokenizer = try? loadedTokenizer.get()
        decoder = try DecoderConfiguration(folder, configuration, imageTokenCount: count, tokenizer)
        if let tokenizer { try check(tokenizer) }
    }

    /// Texts are what transformers' processor makes of them; see ``Florence2Tokenizer``.
    /// - Throws: `TokenizationError` where the folder has none that can be read.
    public func tokenizer() throws(TokenizationError) -> any Tokenizing { try loadedTokenizer.get() }

    public func checkCaptions() throws {
        _ = try tokenizer()
        _ = try preparation()
        guard decoder.maximumNewTokens(promptLength: decoder.defaultPromptIDs.count) >= 1 else {
            throw CaptionError(
                .unusableModel,
                "\(folder.path) takes \(decoder.maximumPositions) positions, which leaves no room behind the "
                    + "\(decoder.imageTokenCount) of a picture.")
        }
    }

    public func outline() throws -> [WeightOutline.Tensor] { try configuration.outline() }

    public func load(
        cache: URL, execution: Execution, progress: (Double) -> Void, waiting: () -> Void
    ) throws -> any VisionLanguageModel {
        try Florence2Model(self, cache: cache, execution: execution, progress: progress, waiting: waiting)
    }

    /// What has to happen to a picture.
    func preparation() throws -> PixelPreparation {
        guard let file = folder.preprocessor else { throw Self.missingProcessor(folder) }
        return try PixelPreparation(try ImageProcessorConfiguration(file))
    }

    // MARK: Small files

    /// The size that all published checkpoints have, for a folder without an image processor.
    private static let publishedSide = 768

    private static func missingProcessor(_ folder: CheckpointFolder) -> Florence2Error {
        Florence2Error(
            .invalidConfiguration,
            "\(folder.path) has no preprocessor_config.json, so pictures cannot be prepared for it. Download that file "
                + "too.")
    }

    private static func pictureSize(_ folder: CheckpointFolder) throws -> (height: Int, width: Int) {
        guard let file = folder.preprocessor else { return (publishedSide, publishedSide) }
        let processor = try ImageProcessorConfiguration(file)
        return (processor.height, processor.width)
    }

    /// Holds the number of tokens that a picture has for the processor against that of the vision tower.
    private static func check(_ file: ConfigurationFile?, imageTokenCount: Int) throws {
        guard let file, let count = try file.integer("image_seq_length"), count != imageTokenCount else { return }
        throw Florence2Error(
            .invalidConfiguration,
            file.invalid(
                "image_seq_length", "\(imageTokenCount), the number of features that the vision tower gives a picture"
            ).message)
    }

    private static func loadTokenizer(
        _ folder: CheckpointFolder, isOlder: Bool
    ) -> Result<any Tokenizing, TokenizationError> {
        Result { () throws(TokenizationError) in
            let tokenizer = try TokenizerFile.load(folder: folder.folder)
            // The remote code's processor adds tokens to BART's tokenizer, whose files do not have them.
            guard isOlder, tokenizer.tokenID(of: Florence2Tokenizer.addedTokens[0]) == nil else {
                return Florence2Tokenizer(tokenizer)
            }
            return Florence2Tokenizer(
                try TokenizerFile.load(folder: folder.folder, adding: Florence2Tokenizer.addedTokens))
        }
    }

    /// Holds a tokenizer against the language model's vocabulary and special tokens.
    ///
    /// The vocabulary of the model is the larger one: transformers rounds it up to a multiple of 64.
    private func check(_ tokenizer: any Tokenizing) throws(Florence2Error) {
        let path = folder.tokenizerPath
        let size = configuration.text.vocabularySize
        let advice = "The tokenizer belongs to another checkpoint: download its files again."
        guard tokenizer.vocabularySize <= size, tokenizer.largestVocabularyID < size else {
            throw Florence2Error(
                .mismatchedTokenizer,
                "\(path) has \(tokenizer.vocabularySize) tokens up to the id "
                    + "\(max(tokenizer.vocabularySize - 1, tokenizer.largestVocabularyID)), but vocab_size in the config.json beside "
                    + "it is \(size), so that the ids end at \(size - 1). \(advice)")
        }
        var expected = [("<s>", configuration.text.bosTokenID, "bos_token_id")]
        if let image = configuration.imageTokenID { expected.append(("<image>", image, "image_token_id")) }
        for (token, id, key) in expected {
            let found = tokenizer.tokenID(of: token)
            guard found != id else { continue }
            throw Florence2Error(
                .mismatchedTokenizer,
                "\(path) \(found.map { "gives \(token) the id \($0)" } ?? "has no token \(token)"), but \(key) in the config.json "
                    + "beside it is \(id). \(advice)")
        }
    }
}

extension DecoderConfiguration {
    /// - Throws: `GenerationError` for a `generation_config.json` that cannot be read; `CheckpointError` for a start token that
    ///   there is none of.
    fileprivate init(
        _ folder: CheckpointFolder, _ configuration: Florence2Configuration, imageTokenCount: Int,
        _ tokenizer: (any Tokenizing)?
    ) throws {
        let text = configuration.text
        let defaults = try folder.generationDefaults(text: Florence2Configuration.textKey)
        let ids = 0...text.vocabularySize - 1
        let file = folder.generationConfiguration
        let start =
            try file?.integer("decoder_start_token_id", in: ids) ?? file?.integer("bos_token_id", in: ids)
            ?? text.decoderStartTokenID
        let sentence = Florence2Task.named(in: Florence2Prompt.standardTask)?.sentence ?? ""
        self.init(
            vocabularySize: text.vocabularySize, maximumPositions: text.maximumPositions,
            imageTokenCount: imageTokenCount, imageTokenID: configuration.imageTokenID, startTokenID: start,
            defaultPromptIDs: tokenizer.map { configuration.ids(of: sentence, $0) }
                ?? [text.bosTokenID] + text.eosTokenIDs.prefix(1),
            fallbackNewTokens: 20,
            generation: try GenerationConfiguration(
                heeding: defaults, bosTokenID: text.bosTokenID, padTokenID: text.padTokenID,
                eosTokenIDs: text.eosTokenIDs))
    }
}
