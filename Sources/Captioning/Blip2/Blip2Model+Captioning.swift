public import Captioning
import Checkpoint
public import Devices
public import Foundation
public import Generation
public import Imaging
public import Networks
public import ONNXRuntime

// What BLIP-2 offers to the registry.

extension Blip2Checkpoint {
    public func checkCaptions() throws {
        _ = try tokenizer()
        _ = try PixelPreparation(try imageProcessor())
        guard decoder.maximumNewTokens(promptLength: 1) >= 1 else {
            throw CaptionError(
                .unusableModel,
                "\(folder.folder.path) takes \(decoder.maximumPositions) positions, which leaves no room behind picture and "
                    + "prompt.")
        }
    }

    public func load(
        cache: URL, execution: Execution, progress: (Double) -> Void, waiting: () -> Void
    ) throws -> any VisionLanguageModel {
        try Blip2Model(self, cache: cache, execution: execution, progress: progress, waiting: waiting)
    }
}

extension Blip2Model: VisionLanguageModel {
    public var architecture: String { "BLIP-2 (\(configuration.text.family))" }

    public var compiledModel: CompiledModel? { compiled }

    public var imageSizes: ImageSizes? {
        let vision = configuration.vision
        return ImageSizes(trained: vision.imageSize, range: vision.sides, step: vision.patchSize)
    }

    public func preparation() throws -> PixelPreparation { try PixelPreparation(try imageProcessor()) }

    public func encodePictures(_ pixels: Tensor, cancellation: Cancellation?) throws -> EncodedPictures {
        let encoding = try encode(pixels, cancellation: cancellation)
        return EncodedPictures(
            try imageEmbeddings(encoding.languageInputs),
            timings: ["vision": encoding.visionTime, "qformer": encoding.qFormerTime])
    }

    public func makeDecoderRunner() -> any DecoderRunner { makeDecoderRunner(keptBytes: 256 << 20) }
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
