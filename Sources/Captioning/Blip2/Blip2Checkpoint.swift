public import Checkpoint
public import Foundation
public import Generation
public import Networks
public import Tokenization

/// A BLIP-2 or InstructBLIP checkpoint whose small files were read and found to fit each other: configuration and, where they
/// are there, tokenizers. Its weights have not been looked at.
///
/// Compiling takes minutes: what can be known to be wrong is said before.
public struct Blip2Checkpoint: CaptionerCheckpoint {
    public let folder: CheckpointFolder
    public let configuration: Blip2Configuration
    /// What generating depends on of the language model.
    public let decoder: DecoderConfiguration
    private let loadedTokenizer: Result<any Tokenizing, TokenizationError>
    /// What makes tokens for the Q-Former; nil where that reads none.
    private let loadedReader: Result<InstructionReader, Blip2Error>?

    /// As ``init(_:)-(CheckpointFolder)``, of a Hugging Face folder.
    public init(_ folder: URL) throws {
        try self.init(try CheckpointFolder(folder))
    }

    /// - Throws: `CheckpointError`, `GenerationError` or ``Blip2Error`` with the file and what to do; `mismatchedTokenizer` where the tokenizer
    ///   is another model's. A folder without a tokenizer will do for networks alone.
    public init(_ folder: CheckpointFolder) throws {
        self.folder = folder
        configuration = try Blip2Configuration(folder.configuration)
        guard configuration.text.wordEmbeddingSize <= configuration.text.hiddenSize else {
            throw Blip2Error(
                .unsupportedArchitecture,
                "word_embed_proj_dim is larger than hidden_size in \(folder.folder.path); such embeddings have no room for a picture."
            )
        }
        loadedTokenizer = Result { () throws(TokenizationError) in try TokenizerFile.load(folder: folder.folder) }
        let qFormer = configuration.qFormer
        loadedReader = qFormer.instructions.map { limits in
            Result { () throws(Blip2Error) in try InstructionReader(folder, qFormer, limits) }
        }
        var prompt: [Int]?
        if case .success(let tokenizer) = loadedTokenizer, loadedReader != nil {
            prompt = tokenizer.encode(InstructionReader.defaultInstruction, addingSpecialTokens: true)
        }
        decoder = try DecoderConfiguration(folder, configuration, defaultPromptIDs: prompt)
        if case .success(let tokenizer) = loadedTokenizer { try check(tokenizer) }
        if case .failure(let error)? = loadedReader, error.code == .mismatchedTokenizer { throw error }
    }

    /// - Throws: `TokenizationError` where the folder has none that can be read.
    public func tokenizer() throws(TokenizationError) -> any Tokenizing { try loadedTokenizer.get() }

    /// What makes tokens for the Q-Former; nil where that reads none.
    /// - Throws: `missingTokenizer` where the folder has none that can be read.
    func instructionReader() throws(Blip2Error) -> InstructionReader? { try loadedReader?.get() }

    /// What the Q-Former reads where nobody gives a prompt; a token of padding where the folder has no tokenizer, and nothing
    /// where it does not read.
    var defaultInstructionIDs: [Int] {
        guard let limits = configuration.qFormer.instructions else { return [] }
        return (try? instructionReader())?.defaultIDs ?? [max(0, limits.padTokenID)]
    }

    /// How pictures become pixels for the vision tower, as the checkpoint says.
    /// - Throws: `CheckpointError` where the folder does not say it, or says a size that the vision tower cannot take.
    public func imageProcessor() throws(CheckpointError) -> ImageProcessorConfiguration {
        try folder.imageProcessor(for: configuration.vision)
    }

    /// Holds a tokenizer against the language model's vocabulary and special tokens.
    private func check(_ tokenizer: any Tokenizing) throws(Blip2Error) {
        let path = folder.tokenizerPath
        let advice = "The tokenizer belongs to another checkpoint: download its files again."
        if let sentence = folder.mismatch(of: tokenizer, vocabularySize: configuration.text.vocabularySize) {
            throw Blip2Error(.mismatchedTokenizer, sentence)
        }
        if let expected = configuration.imageTokenIndex, let found = tokenizer.tokenID(of: "<image>"), found != expected
        {
            throw Blip2Error(
                .mismatchedTokenizer,
                "\(path) gives <image> the id \(found), but image_token_index in the config.json beside it is "
                    + "\(expected). \(advice)")
        }
        if let first = configuration.text.bosTokenID, tokenizer.decode([first], skippingSpecialTokens: false).isEmpty {
            throw Blip2Error(
                .mismatchedTokenizer,
                "\(path) has no token \(first), which is bos_token_id in the config.json beside it. \(advice)"
            )
        }
    }
}

extension DecoderConfiguration {
    /// `generation_config.json` counts for nothing in InstructBLIP: transformers' `generate` hands over to the language model,
    /// which does not know that file.
    /// - Parameter defaultPromptIDs: what stands behind the picture where nobody gives a prompt; nil for what the language model
    ///   says.
    /// - Throws: `GenerationError` for a `generation_config.json` that cannot be read.
    init(
        _ folder: CheckpointFolder, _ configuration: Blip2Configuration, defaultPromptIDs: [Int]? = nil
    ) throws(GenerationError) {
        let text = configuration.text
        let generation =
            switch configuration.family {
            case .blip2:
                try GenerationConfiguration(
                    folder, bosTokenID: text.bosTokenID, padTokenID: text.padTokenID, eosTokenIDs: text.eosTokenIDs)
            case .instructBLIP:
                GenerationConfiguration(
                    bosTokenID: text.bosTokenID, padTokenID: text.padTokenID, eosTokenIDs: text.eosTokenIDs)
            }
        self.init(
            vocabularySize: text.vocabularySize, maximumPositions: text.maximumPositions,
            imageTokenCount: configuration.queryTokenCount, imageTokenID: configuration.imageTokenIndex,
            startTokenID: text.decoderStartTokenID, defaultPromptIDs: defaultPromptIDs ?? text.defaultPromptIDs,
            generation: generation)
    }
}
