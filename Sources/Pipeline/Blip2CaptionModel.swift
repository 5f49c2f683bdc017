public import Blip2
import Checkpoint
import Foundation
public import Imaging
import ONNXRuntime
import Tokenization

/// A BLIP-2 checkpoint as the pipeline's model: text in front, text behind, one picture at a time.
public final class Blip2CaptionModel: CaptionModel {
    public let description: ModelDescription
    public let preparation: PixelPreparation

    private let model: Blip2Model
    private let tokenizer: any Tokenizing
    private let defaultNewTokens: Int

    /// Captions are short: what is generated where neither the caller nor the checkpoint says how much.
    private static let fallbackNewTokens = 30

    /// - Throws: `Blip2Error` or `TokenizationError` where the checkpoint lacks what captions need.
    public init(_ model: Blip2Model, name: String) throws {
        self.model = model
        tokenizer = try model.tokenizer()
        preparation = try PixelPreparation(try model.imageProcessor())
        let most = model.maximumNewTokens(promptLength: 1)
        guard most >= 1 else {
            throw PipelineError(
                .modelUnavailable, "max_position_embeddings of \(name) leaves no room behind picture and prompt.")
        }
        defaultNewTokens = min(model.generation.maxNewTokens ?? Self.fallbackNewTokens, most)
        let isDemo = CheckpointLocation.isDemo(model.checkpoint.folder)
        var description = ModelDescription(
            name: name, architecture: "BLIP-2 (OPT)",
            parameters: model.parameterCount, isDemo: isDemo,
            placement: .init(
                device: "cpu", precision: model.precision.rawValue, memoryBytes: model.compiled.byteCount),
            limits: .init(
                imageSize: model.configuration.vision.imageSize, queryTokens: model.configuration.queryTokenCount,
                maxNewTokens: most))
        if isDemo { description.note = Self.demoNote }
        self.description = description
    }

    /// What users of the demo checkpoint should know, and the command that gets them the real model.
    private static let demoNote = """
        This is the demo checkpoint: it knows drawn scenes only. For photographs: hf download \
        Salesforce/blip2-opt-2.7b --exclude "*.bin" \
        --local-dir models/blip2-opt-2.7b, then set MODEL_ID=models/blip2-opt-2.7b.
        """

    public func caption(
        pixels: [Float], options: CaptionOptions, cancellation: Cancellation
    ) throws -> GeneratedCaption {
        let side = model.configuration.vision.imageSize
        do {
            let encoding = try model.encode(
                try Tensor(pixels, shape: [1, 3, side, side]), cancellation: cancellation)
            let row = try model.generate(
                encoding.languageInputs, [try generationOptions(options)], cancellation: cancellation)[0]
            return GeneratedCaption(
                text: tokenizer.decode(row.ids, skippingSpecialTokens: true).trimmed(), tokenIDs: row.ids,
                timings: GenerationTimings(
                    vision: encoding.visionTime, qformer: encoding.qFormerTime, prefill: row.prefillTime,
                    decode: row.decodeTime))
        } catch let error as Blip2Error where error.code == .cancelled {
            throw CancellationError()
        } catch let error as Blip2Error where error.code == .invalidInput {
            throw PipelineError(.invalidOption, error.message, cause: error)
        }
    }

    /// A prompt stands behind the picture as the tokenizer writes it, its special tokens included.
    private func generationOptions(_ options: CaptionOptions) throws(PipelineError) -> GenerationOptions {
        var result = GenerationOptions(maxNewTokens: options.maxNewTokens ?? defaultNewTokens)
        guard let prompt = options.prompt, !prompt.isEmpty else { return result }
        let ids = tokenizer.encode(prompt, addingSpecialTokens: true)
        let room = model.maximumNewTokens(promptLength: ids.count)
        guard room >= 1 else {
            throw PipelineError(
                .invalidOption,
                "The prompt has \(ids.count) tokens; this model has room for \(ids.count + room - 1). Shorten it.")
        }
        if options.maxNewTokens == nil { result.maxNewTokens = min(result.maxNewTokens, room) }
        result.promptIDs = ids
        return result
    }
}

extension PixelPreparation {
    /// What a checkpoint's `preprocessor_config.json` asks for.
    init(_ processor: ImageProcessorConfiguration) throws(ImagingError) {
        self.init(width: processor.width, height: processor.height)
        kernel = try ResampleKernel(resample: processor.resampling.rawValue)
        if !processor.doResize {
            fit = .unresized
        } else if case .shortestEdge(let edge) = processor.size {
            fit = .shortestEdge(edge)
        }
        rescaleFactor = processor.doRescale ? processor.rescaleFactor : 1
        mean = processor.doNormalize ? processor.mean : [0, 0, 0]
        standardDeviation = processor.doNormalize ? processor.std : [1, 1, 1]
    }
}

extension String {
    /// Without white space at either end.
    fileprivate func trimmed() -> String {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[start...end])
    }
}
