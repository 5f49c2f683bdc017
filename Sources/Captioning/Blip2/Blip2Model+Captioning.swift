public import Captioning
public import Checkpoint
public import Devices
public import Foundation
public import Generation
public import Imaging
public import Networks
import ONNXGraph
public import ONNXRuntime
public import Tokenization

// What BLIP-2 offers to the registry.

extension Blip2Checkpoint {
    public func checkCaptions() throws {
        _ = try tokenizer()
        _ = try instructionReader()?.ids(of: InstructionReader.defaultInstruction)
        _ = try PixelPreparation(try imageProcessor())
        guard decoder.maximumNewTokens(promptLength: decoder.defaultPromptIDs.count) >= 1 else {
            throw CaptionError(
                .unusableModel,
                "\(folder.folder.path) takes \(decoder.maximumPositions) positions, which leaves no room behind picture and "
                    + "prompt.")
        }
    }

    public func outline() throws -> [WeightOutline.Tensor] { try configuration.outline() }

    public func load(
        cache: URL, execution: Execution, progress: (Double) -> Void, waiting: () -> Void
    ) throws -> any VisionLanguageModel {
        try Blip2Model(self, cache: cache, execution: execution, progress: progress, waiting: waiting)
    }
}

extension Blip2Model: VisionLanguageModel {
    public var architecture: String { "\(configuration.family.title) (\(configuration.text.family))" }

    public var compiledModel: CompiledModel? { compiled }

    public var imageSizes: ImageSizes? {
        let vision = configuration.vision
        return ImageSizes(trained: vision.imageSize, range: vision.sides, step: vision.patchSize)
    }

    public func preparation() throws -> PixelPreparation { try PixelPreparation(try imageProcessor()) }

    public var imageSize: Int { configuration.vision.imageSize }

    public var defaultInstructionIDs: [Int] { source.defaultInstructionIDs }

    /// InstructBLIP's prompt is read by the Q-Former, too, and followed: its answer never begins with it.
    public func prompt(_ options: CaptionOptions, _ tokenizer: any Tokenizing) throws(CaptionError) -> Prompt? {
        guard let ids = try promptIDs(options, tokenizer), let text = options.prompt else { return nil }
        let reader: InstructionReader?
        do throws(Blip2Error) {
            reader = try source.instructionReader()
        } catch {
            throw CaptionError(.unusableModel, error.message, cause: error)
        }
        guard let reader else { return Prompt(ids, isRepeated: options.repeatsPrompt) }
        return Prompt(ids, isRepeated: false, instructionIDs: try reader.ids(of: text))
    }

    public func encodePictures(
        _ pixels: Tensor, instructions: [[Int]], cancellation: Cancellation?
    ) throws -> EncodedPictures {
        let encoding = try encode(pixels, instructions: instructions, cancellation: cancellation)
        return EncodedPictures(
            try imageEmbeddings(encoding.languageInputs),
            timings: ["vision": encoding.visionTime, "qformer": encoding.qFormerTime],
            stages: [
                .visionHiddenState: encoding.visionHiddenState, .queryOutput: encoding.queryOutput,
                .languageInputs: encoding.languageInputs,
            ])
    }

    /// Where embeddings are narrower than the layers, transformers' `masked_scatter` reads straight on from row to row, so that a
    /// row depends on those before it; see ``imageEmbeddings(_:)`` for what we do.
    public func picturesAsOneBatch(_ encoded: EncodedPictures) throws -> [Tensor] {
        guard let inputs = encoded.stages[.languageInputs] else { return encoded.pictures }
        return try inputs.view(
            shape: [inputs.shape[0], configuration.queryTokenCount, configuration.text.wordEmbeddingSize]
        ).split()
    }

    public func work() throws -> ModelWork? {
        let weights = try checkpoint.blip2Weights()
        func describe(_ precision: Precision) throws -> [Graph] {
            try Blip2Graph.graphs(of: configuration).map {
                try $0.describe(configuration, weights: weights, precision)
            }
        }
        return ModelWork(plain: try describe(.fp32), compiled: try describe(precision)) { [self] in
            runs(pictures: $0, beams: $1)
        }
    }

    public func makeDecoderRunner() -> any DecoderRunner { makeDecoderRunner(keptBytes: 256 << 20) }
}

extension Blip2Model {
    /// What each stage runs for pictures of the model's own size.
    fileprivate func runs(pictures: Int, beams: Int) -> [(stage: String, runs: [ModelWork.Run])] {
        let vision = configuration.vision
        let prompt = max(1, decoder.defaultPromptIDs.count)
        let context = [
            "batch": pictures, "height": vision.imageSize, "width": vision.imageSize, "patches": vision.patchCount,
            "images": configuration.queryTokenCount, "tokens": prompt, "instruction": defaultInstructionIDs.count,
        ]
        let one = ["batch": pictures * beams, "images": 0, "tokens": 1]
        func run(_ graph: Blip2Graph, _ sizes: [String: Int]) -> ModelWork.Run { .init(graph.rawValue, sizes) }
        var prefill = [run(.decoder, context)]
        if case .t5 = configuration.text {
            // The encoder reads the picture; the decoder's first run is a step like the others.
            prefill = [run(.encoder, context), run(.decoder, ["batch": pictures, "tokens": 1])]
        }
        return [
            ("vision", [run(.vision, context)]), ("qformer", [run(.qFormer, context)]), ("prefill", prefill),
            ("step", [run(.decoder, one)]),
        ]
    }
}
