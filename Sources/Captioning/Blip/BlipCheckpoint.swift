import Captioning
public import Checkpoint
public import Devices
public import Foundation
public import Generation
import Imaging
public import Networks
public import Tokenization

/// A BLIP checkpoint whose small files were read and found to fit each other: configuration and, where it is there, tokenizer.
/// Its weights have not been looked at.
public struct BlipCheckpoint: CaptionerCheckpoint {
    public let folder: CheckpointFolder
    public let configuration: BlipConfiguration
    /// What generating depends on of the text decoder.
    public let decoder: DecoderConfiguration
    private let loadedTokenizer: Result<any Tokenizing, TokenizationError>

    /// What a model that answers questions is asked where nobody asks anything.
    private static let defaultQuestion = "what is in the picture?"

    /// - Throws: `CheckpointError` or ``BlipError`` with the file and what to do. A folder without a tokenizer will do for
    ///   networks alone.
    public init(_ folder: CheckpointFolder) throws {
        self.folder = folder
        configuration = try BlipConfiguration(folder.configuration)
        loadedTokenizer = Result { () throws(TokenizationError) in try TokenizerFile.load(folder: folder.folder) }
        let text = configuration.text
        var prompt = [text.bosTokenID]
        if case .success(let tokenizer) = loadedTokenizer {
            if let sentence = folder.mismatch(of: tokenizer, vocabularySize: text.vocabularySize) {
                throw BlipError(.mismatchedTokenizer, sentence)
            }
            if configuration.task == .questionAnswering {
                prompt = tokenizer.encode(Self.defaultQuestion, addingSpecialTokens: true)
            }
        }
        decoder = DecoderConfiguration(configuration, defaultPromptIDs: prompt)
    }

    /// - Throws: `TokenizationError` where the folder has none that can be read.
    public func tokenizer() throws(TokenizationError) -> any Tokenizing { try loadedTokenizer.get() }

    /// How pictures become pixels for the vision tower, as the checkpoint says.
    /// - Throws: `CheckpointError` where the folder does not say it, or says a size that the vision tower cannot take.
    public func imageProcessor() throws(CheckpointError) -> ImageProcessorConfiguration {
        try folder.imageProcessor(for: configuration.vision)
    }

    public func checkCaptions() throws {
        let tokenizer = try tokenizer()
        if let end = configuration.text.sepTokenID,
            tokenizer.decode([end], skippingSpecialTokens: false).isEmpty
        {
            throw BlipError(
                .mismatchedTokenizer,
                "The tokenizer of \(folder.path) has no token \(end), which is sep_token_id in the config.json beside it. "
                    + "The tokenizer belongs to another checkpoint: download its files again.")
        }
        _ = try PixelPreparation(try imageProcessor())
        guard decoder.maximumNewTokens(promptLength: 1) >= 1 else {
            throw CaptionError(
                .unusableModel,
                "\(folder.path) takes \(decoder.maximumPositions) positions, which leaves no room behind the prompt.")
        }
    }

    public func outline() throws -> [WeightOutline.Tensor] {
        let outline = WeightOutline()
        for graph in BlipGraph.allCases {
            _ = try graph.describe(configuration, weights: Weights(outline: outline), .fp32)
        }
        return outline.tensors
    }

    public func load(
        cache: URL, execution: Execution, progress: (Double) -> Void, waiting: () -> Void
    ) throws -> any VisionLanguageModel {
        try BlipModel(self, cache: cache, execution: execution, progress: progress, waiting: waiting)
    }
}

extension DecoderConfiguration {
    /// `generation_config.json` and `eos_token_id` count for nothing: transformers' `generate` of BLIP hands its text decoder
    /// `sep_token_id`, and that knows no file.
    fileprivate init(_ configuration: BlipConfiguration, defaultPromptIDs: [Int]) {
        let text = configuration.text
        let answers = configuration.task == .questionAnswering
        self.init(
            vocabularySize: text.vocabularySize, maximumPositions: text.maximumPositions, imageTokenCount: 0,
            startTokenID: answers ? text.bosTokenID : nil, defaultPromptIDs: defaultPromptIDs, readsPadding: answers,
            generation: GenerationConfiguration(
                bosTokenID: text.bosTokenID, padTokenID: text.padTokenID,
                eosTokenIDs: text.sepTokenID.map { [$0] } ?? []))
    }
}
