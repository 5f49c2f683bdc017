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

/// A BLIP checkpoint, compiled and loaded.
///
/// Calls block for as long as the networks run and belong on a thread of the caller's own.
public final class BlipModel: VisionLanguageModel, Sendable {
    let source: BlipCheckpoint
    public let execution: Execution
    public let parameterCount: Int
    private let compiled: CompiledModel

    private let runtime: Runtime
    private let vision: Session
    private let encoder: Session
    private let textDecoder: Session
    /// Copies rows of key/value caches on devices; in precisions for these.
    let rowCopying: Session?
    /// Where key/value caches lie; nil for ordinary memory.
    private let cacheMemory: DeviceMemory?

    /// Makes the networks of a checkpoint ready; compiles them if this has not happened yet.
    /// - Parameters: as `CaptionerCheckpoint` has them.
    ///   - threads: cores that one run may use; nil for all.
    /// - Throws: `CheckpointError`, `NetworksError` or `ONNXRuntimeError`, each with the file and what to do.
    public init(
        _ source: BlipCheckpoint, cache: URL, execution: Execution, threads: Int? = nil,
        progress: (Double) -> Void = { _ in }, waiting: () -> Void = {}
    ) throws {
        runtime = try Runtime.load()
        self.source = source
        self.execution = execution
        (parameterCount, compiled) = try source.folder.withOpenWeights {
            (
                try source.folder.weights().parameterCount,
                try CompiledModel.findOrCompile(
                    source.folder, source.configuration, execution.precision, cache: cache, waiting: waiting,
                    progress: progress)
            )
        }
        compiled.readAhead(BlipGraph.allCases.map(\.rawValue))
        let options = SessionOptions.networks(execution, threads: threads)
        vision = try compiled.session(BlipGraph.vision.rawValue, runtime, options)
        encoder = try compiled.session(BlipGraph.encoder.rawValue, runtime, options)
        textDecoder = try compiled.session(BlipGraph.decoder.rawValue, runtime, options)
        rowCopying =
            execution.precision.isForGPUs
            ? try compiled.session(BlipGraph.rows.rawValue, runtime, options) : nil
        cacheMemory = execution.device == .cuda ? try DeviceMemory(.cuda, of: textDecoder) : nil
    }

    public var configuration: BlipConfiguration { source.configuration }

    public var architecture: String {
        switch configuration.task {
        case .captioning: "BLIP"
        case .questionAnswering: "BLIP (answers questions)"
        }
    }

    public var checkpoint: CheckpointFolder { source.folder }
    public var compiledModel: CompiledModel? { compiled }
    public var decoder: DecoderConfiguration { source.decoder }
    public var imageSize: Int { configuration.vision.imageSize }

    public var imageSizes: ImageSizes? {
        let vision = configuration.vision
        return ImageSizes(trained: vision.imageSize, range: vision.sides, step: vision.patchSize)
    }

    public func tokenizer() throws -> any Tokenizing { try source.tokenizer() }

    public func preparation() throws -> PixelPreparation { try PixelPreparation(try source.imageProcessor()) }

    /// A question is read as the tokenizer writes it. A caption goes on behind the beginning token and the prompt: of what the
    /// tokenizer writes, `[CLS] … [SEP]`, the first becomes the beginning token, and the last is left out.
    public func promptIDs(ofProcessor ids: [Int]) -> [Int] {
        configuration.task == .questionAnswering
            ? ids : [configuration.text.bosTokenID] + ids.dropFirst().dropLast()
    }

    public func prompt(_ options: CaptionOptions, _ tokenizer: any Tokenizing) -> Prompt? {
        guard let text = options.prompt, !text.isEmpty else { return nil }
        let ids = promptIDs(ofProcessor: tokenizer.encode(text, addingSpecialTokens: true))
        return Prompt(ids, isRepeated: configuration.task == .captioning && options.repeatsPrompt)
    }

    public func encodePictures(
        _ pixels: Tensor, instructions: [[Int]], cancellation: Cancellation?
    ) throws -> EncodedPictures {
        let start = ContinuousClock.now
        let states = try runtime.cancellable(cancellation) {
            try VisionTower(configuration.vision).run(pixels, in: vision, options: $0)
        }  // [B, T, H]
        return EncodedPictures(
            try states.split(), timings: ["vision": ContinuousClock.now - start], stages: [.visionHiddenState: states])
    }

    public func makeDecoderRunner() -> any DecoderRunner { makeDecoderRunner(in: cacheMemory) }

    /// - Parameter memory: where key/value caches lie; nil for ordinary memory.
    func makeDecoderRunner(in memory: DeviceMemory?) -> any DecoderRunner {
        var space = execution.precision.isForGPUs ? CacheSpace(.float16) : CacheSpace(.float32)
        if let memory, let rowCopying { space = CacheSpace(.float16, in: memory, rows: rowCopying) }
        let text = configuration.text
        return EncoderDecoderRunner(
            decoder, BlipSource(configuration), runtime, encoder: encoder, decoder: textDecoder,
            shape: .init(layerCount: text.layerCount, headCount: text.headCount, headSize: text.cacheHeadSize),
            crossShape: .init(layerCount: text.layerCount, width: text.hiddenSize), space: space,
            // What eight pictures take, of 42 MB each.
            keptBytes: 384 << 20)
    }

    public func work() throws -> ModelWork? {
        let weights = try checkpoint.blipWeights()
        func describe(_ precision: Precision) throws -> [Graph] {
            try BlipGraph.networks.map { try $0.describe(configuration, weights: weights, precision) }
        }
        let vision = configuration.vision
        let prompt = decoder.startsTexts ? 1 : decoder.defaultPromptIDs.count
        let question = decoder.defaultPromptIDs.count
        return ModelWork(plain: try describe(.fp32), compiled: try describe(execution.precision)) { pictures, beams in
            let picture = [
                "batch": pictures, "height": vision.imageSize, "width": vision.imageSize,
                "patches": vision.patchCount, "states": vision.tokenCount, "tokens": question,
            ]
            func run(_ graph: BlipGraph, _ sizes: [String: Int]) -> ModelWork.Run { .init(graph.rawValue, sizes) }
            return [
                ("vision", [run(.vision, picture)]),
                ("prefill", [run(.encoder, picture), run(.decoder, ["batch": pictures, "tokens": prompt])]),
                ("step", [run(.decoder, ["batch": pictures * beams, "tokens": 1])]),
            ]
        }
    }
}
