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

/// A Florence-2 checkpoint, compiled and loaded: pictures in, token ids out.
///
/// Calls block for as long as the networks run and belong on a thread of the caller's own.
public final class Florence2Model: Sendable {
    /// The folder that it comes from.
    let source: Florence2Checkpoint
    public var configuration: Florence2Configuration { source.configuration }
    public var decoder: DecoderConfiguration { source.decoder }
    /// What runs the networks, and their arithmetic.
    public let execution: Execution
    public var precision: Precision { execution.precision }
    /// Numbers in the checkpoint's tensors.
    public let parameterCount: Int
    public var checkpoint: CheckpointFolder { source.folder }
    public let compiled: CompiledModel

    let runtime: Runtime
    private let vision: Session
    private let encoder: Session
    private let languageModel: Session
    /// Copies rows of key/value caches on devices; in precisions for these.
    private let rowCopying: Session?
    /// Where key/value caches lie; nil for ordinary memory.
    private let cacheMemory: DeviceMemory?

    /// Raised whenever the graphs change.
    private static let format = 3

    /// Makes the networks of a checkpoint ready; compiles them if this has not happened yet.
    /// - Parameters:
    ///   - source: a checkpoint whose small files were found to be right.
    ///   - cache: where compiled models are kept.
    ///   - execution: what runs the networks, and their arithmetic.
    ///   - threads: cores that one run may use; nil for all.
    ///   - progress: told which share of the checkpoint is compiled, 0 to 1; not called when it already was.
    ///   - waiting: told once where another process compiles the same and is waited for.
    /// - Throws: `CheckpointError`, ``Florence2Error``, `NetworksError` or `ONNXRuntimeError`, each with the file and what to do.
    public init(
        _ source: Florence2Checkpoint, cache: URL, execution: Execution, threads: Int? = nil,
        progress: (Double) -> Void = { _ in }, waiting: () -> Void = {}
    ) throws {
        runtime = try Runtime.load()
        self.source = source
        self.execution = execution
        let (configuration, size, precision) = (source.configuration, source.pictureSize, execution.precision)
        // The vision tower's graph is one of a certain size of pictures, which preprocessor_config.json says; the digest of a
        // checkpoint does not hold that file.
        let format = (Self.format * 1 << 16 + size.height) * 1 << 16 + size.width
        let compilation = Compilation(source.folder, precision, format: format) {
            let weights = try source.folder.florence2Weights()
            return try Florence2Graph.graphs(precision).map {
                try $0.describe(configuration, pictureSize: size, weights: weights, precision)
            }
        }
        (parameterCount, compiled) = try source.folder.withOpenWeights {
            (
                try source.folder.weights().parameterCount,
                try CompiledModel.findOrCompile(compilation, cache: cache, waiting: waiting, progress: progress)
            )
        }
        compiled.readAhead(Florence2Graph.allCases.map(\.rawValue))

        var options = SessionOptions.networks(execution, threads: threads)
        // A plan of the memory would be held beside the memory of the first run, which there was no plan for: 100 MB more.
        options.usesMemoryPattern = false
        vision = try compiled.session(Florence2Graph.vision.rawValue, runtime, options)
        encoder = try compiled.session(Florence2Graph.encoder.rawValue, runtime, options)
        languageModel = try compiled.session(Florence2Graph.decoder.rawValue, runtime, options)
        rowCopying =
            precision.isForGPUs ? try compiled.session(Florence2Graph.rows.rawValue, runtime, options) : nil
        cacheMemory = execution.device == .cuda ? try DeviceMemory(.cuda, of: languageModel) : nil
    }

    /// As ``init(_:cache:execution:threads:progress:waiting:)``, of a Hugging Face folder and on the CPU.
    public convenience init(
        folder: URL, cache: URL, precision: Precision = .fp32, threads: Int? = nil,
        progress: (Double) -> Void = { _ in }, waiting: () -> Void = {}
    ) throws {
        try self.init(
            try Florence2Checkpoint(folder), cache: cache, execution: Execution(.cpu, precision), threads: threads,
            progress: progress, waiting: waiting)
    }

    // MARK: Pictures

    /// Runs the vision tower and the projection.
    /// - Parameter pixels: [B, 3, height, width], prepared as the checkpoint says.
    /// - Returns: [B, Q, H], as the language model's encoder takes it.
    /// - Throws: ``Florence2Error`` for a wrong shape; `CancellationError`, `ONNXRuntimeError`.
    public func encode(_ pixels: Tensor, cancellation: Cancellation? = nil) throws -> Tensor {
        let size = source.pictureSize
        guard pixels.elementType == .float32, pixels.shape.count == 4, pixels.shape[0] > 0,
            Array(pixels.shape.dropFirst()) == [3, size.height, size.width]
        else {
            throw Florence2Error(
                .invalidInput,
                "Pixels of shape \(pixels.shape) were given; this model takes float32 [B, 3, \(size.height), "
                    + "\(size.width)].")
        }
        let count = pixels.shape[0]
        let features = try Tensor(
            .float32, shape: [count, decoder.imageTokenCount, configuration.text.hiddenSize])
        // A picture keeps all cores busy; several at once would only take as many times the memory. A GPU has more to do.
        let batch = execution.device == .cuda ? count : 1
        for start in stride(from: 0, to: count, by: batch) {
            let rows = start..<start + batch
            let binding = try IOBinding(session: vision)
            try binding.bind(input: "pixel_values", to: try pixels.rows(rows))
            try binding.bind(output: "hidden_state", to: try features.rows(rows))
            try runtime.cancellable(cancellation) { try vision.run(binding, options: $0) }
        }
        return features
    }

    // MARK: Texts

    /// The decoder at work on rows, none at first.
    /// - Parameters:
    ///   - keptBytes: the most bytes of key/value memory that are kept for later rows when there are none.
    func makeDecoderRunner(keptBytes: Int) -> any DecoderRunner {
        let text = configuration.text
        let source = BARTSource(
            startTokenID: decoder.startTokenID ?? text.decoderStartTokenID, hiddenSize: text.hiddenSize)
        return EncoderDecoderRunner(
            decoder, source, runtime, encoder: encoder, decoder: languageModel,
            shape: .init(
                layerCount: text.decoderLayerCount, headCount: text.decoderHeadCount,
                headSize: BARTDecoder(configuration: configuration).cacheHeadSize),
            crossShape: .init(layerCount: text.decoderLayerCount, width: text.hiddenSize), space: cacheSpace,
            keptBytes: keptBytes)
    }

    private var cacheSpace: CacheSpace {
        guard execution.precision.isForGPUs else { return CacheSpace(.float32) }
        guard let cacheMemory, let rowCopying else { return CacheSpace(.float16) }
        return CacheSpace(.float16, in: cacheMemory, rows: rowCopying)
    }
}

extension Florence2Model: VisionLanguageModel {
    public var architecture: String { "Florence-2" }

    public var compiledModel: CompiledModel? { compiled }

    public var imageSize: Int { pictureSize.width }

    public var pictureSize: (height: Int, width: Int) { source.pictureSize }

    public var knowsDetails: Bool { true }

    public var generationDefaults: ConfigurationFile? {
        try? checkpoint.generationDefaults(text: Florence2Configuration.textKey)
    }

    public func tokenizer() throws -> any Tokenizing { try source.tokenizer() }

    public func preparation() throws -> PixelPreparation { try source.preparation() }

    public func prompt(
        _ options: CaptionOptions, _ tokenizer: any Tokenizing
    ) throws(CaptionError) -> Prompt? {
        try Florence2Prompt(configuration: configuration).prompt(for: options, tokenizer)
    }

    public func encodePictures(
        _ pixels: Tensor, instructions: [[Int]], cancellation: Cancellation?
    ) throws -> EncodedPictures {
        let start = ContinuousClock.now
        let features = try encode(pixels, cancellation: cancellation)
        return EncodedPictures(
            try features.split(), timings: ["vision": ContinuousClock.now - start],
            stages: [.visionHiddenState: features])
    }

    public func makeDecoderRunner() -> any DecoderRunner { makeDecoderRunner(keptBytes: 256 << 20) }

    public func work() throws -> ModelWork? {
        let weights = try checkpoint.florence2Weights()
        let (size, vision) = (source.pictureSize, configuration.vision)
        func describe(_ precision: Precision) throws -> [Graph] {
            try Florence2Graph.networks.map {
                try $0.describe(configuration, pictureSize: size, weights: weights, precision)
            }
        }
        let windows = (vision.grids(height: size.height, width: size.width) ?? []).map {
            Windows.count($0, size: vision.windowSize)
        }
        let (features, prompt) = (decoder.imageTokenCount, decoder.defaultPromptIDs.count)
        return ModelWork(plain: try describe(.fp32), compiled: try describe(execution.precision)) { pictures, beams in
            var picture = ["batch": pictures, "images": features, "tokens": prompt]
            for count in windows { picture[Windows.axis(count)] = pictures * count }
            func run(_ graph: Florence2Graph, _ sizes: [String: Int]) -> ModelWork.Run { .init(graph.rawValue, sizes) }
            return [
                ("vision", [run(.vision, picture)]),
                ("prefill", [run(.encoder, picture), run(.decoder, ["batch": pictures])]),
                ("step", [run(.decoder, ["batch": pictures * beams])]),
            ]
        }
    }
}
