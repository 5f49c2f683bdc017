public import Captioning
public import Checkpoint
public import Devices
public import Foundation
public import Generation
public import Networks
public import ONNXRuntime
public import Tokenization

/// A BLIP-2 checkpoint, compiled and loaded: pictures in, token ids out.
///
/// Calls block for as long as the networks run and belong on a thread of the caller's own.
/// Two threads may call at once; they share the processor's cores.
public final class Blip2Model: Sendable {
    /// The folder that it comes from.
    let source: Blip2Checkpoint
    public var configuration: Blip2Configuration { source.configuration }
    /// What generating depends on of the language model.
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
    private let qFormer: Session
    private let languageModel: LanguageModel
    /// Copies rows of key/value caches on devices; in precisions for these.
    let rowCopying: Session?
    /// Where key/value caches lie; nil for ordinary memory.
    private let cacheMemory: DeviceMemory?

    /// Makes the networks of a checkpoint ready; compiles them if this has not happened yet.
    /// - Parameters:
    ///   - source: a checkpoint whose small files were found to be right.
    ///   - cache: where compiled models are kept.
    ///   - execution: what runs the networks, and their arithmetic.
    ///   - threads: cores that one run may use; nil for all.
    ///   - progress: told which share of the checkpoint is compiled, 0 to 1; not called when it already was.
    ///   - waiting: told once where another process compiles the same and is waited for.
    /// - Throws: `CheckpointError`, ``Blip2Error``, `NetworksError` or `ONNXRuntimeError`, each with the file and what to do.
    public init(
        _ source: Blip2Checkpoint, cache: URL, execution: Execution, threads: Int? = nil,
        progress: (Double) -> Void = { _ in }, waiting: () -> Void = {}
    ) throws {
        runtime = try Runtime.load()
        self.source = source
        self.execution = execution
        let configuration = source.configuration
        (parameterCount, compiled) = try source.folder.withOpenWeights {
            (
                try source.folder.weights().parameterCount,
                try CompiledModel.findOrCompile(
                    source.folder, configuration, precision: execution.precision, cache: cache, waiting: waiting,
                    progress: progress)
            )
        }
        compiled.readAhead(Blip2Graph.allCases.map(\.rawValue))

        var options = SessionOptions()
        options.intraOpThreads = threads
        options.providers = execution.providers
        // Three networks take turns: the threads of one must not spin while another works, nor when nobody asks.
        options.configuration["session.force_spinning_stop"] = "1"
        // Between two products of one network they do, but briefly: else they take the processor from whoever decodes pictures.
        options.configuration["session.intra_op.spin_duration_us"] = "20"
        vision = try compiled.session(.vision, runtime, options)
        qFormer = try compiled.session(.qFormer, runtime, options)
        let decoder = try compiled.session(.decoder, runtime, options)
        rowCopying =
            execution.precision.isForGPUs ? try compiled.session(.rows, runtime, options) : nil
        cacheMemory = execution.device == .cuda ? try DeviceMemory(.cuda, of: decoder) : nil
        switch configuration.text {
        case .opt(let text): languageModel = .opt(text, decoder: decoder)
        case .t5(let text):
            let encoder = try compiled.session(.encoder, runtime, options)
            languageModel = .t5(text, encoder: encoder, decoder: decoder)
        }
    }

    /// As ``init(_:cache:execution:threads:progress:waiting:)``, of a Hugging Face folder.
    public convenience init(
        folder: URL, cache: URL, execution: Execution, threads: Int? = nil, progress: (Double) -> Void = { _ in },
        waiting: () -> Void = {}
    ) throws {
        try self.init(
            try Blip2Checkpoint(folder), cache: cache, execution: execution, threads: threads, progress: progress,
            waiting: waiting)
    }

    /// As ``init(folder:cache:execution:threads:progress:waiting:)``, on the CPU.
    public convenience init(
        folder: URL, cache: URL, precision: Precision = .fp32, threads: Int? = nil,
        progress: (Double) -> Void = { _ in }, waiting: () -> Void = {}
    ) throws {
        try self.init(
            folder: folder, cache: cache, execution: Execution(.cpu, precision), threads: threads, progress: progress,
            waiting: waiting)
    }

    /// The checkpoint's tokenizer.
    /// - Throws: `TokenizationError` where the folder has none.
    public func tokenizer() throws -> any Tokenizing { try source.tokenizer() }

    /// How pictures become pixels of the size that the vision tower takes, as the checkpoint says.
    /// - Throws: ``Blip2Error`` where the folder does not say it, or says a size that the vision tower cannot take.
    public func imageProcessor() throws(Blip2Error) -> ImageProcessorConfiguration { try source.imageProcessor() }

    /// The language model's decoder at work on rows, none at first.
    /// - Parameters:
    ///   - keptBytes: the most bytes of key/value memory that are kept for later rows when there are none.
    ///   - memory: where key/value caches lie; by default where ``execution`` has them.
    func makeDecoderRunner(keptBytes: Int = 256 << 20, in memory: DeviceMemory? = nil) -> any DecoderRunner {
        let space = cacheSpace(memory ?? cacheMemory)
        return switch languageModel {
        case .opt(let text, let session):
            OPTDecoderRunner(decoder, text, runtime, session: session, space: space, keptBytes: keptBytes)
        case .t5(let text, let encoder, let session):
            T5DecoderRunner(
                decoder, text, runtime, encoder: encoder, decoder: session, space: space, keptBytes: keptBytes)
        }
    }

    private func cacheSpace(_ memory: DeviceMemory?) -> CacheSpace {
        let elementType: ElementType = execution.precision.isForGPUs ? .float16 : .float32
        guard let memory, let rowCopying else { return CacheSpace(elementType) }
        return CacheSpace(elementType, in: memory, rows: rowCopying)
    }

    /// The language model's networks.
    private enum LanguageModel: Sendable {
        case opt(OPTConfiguration, decoder: Session)
        case t5(T5Configuration, encoder: Session, decoder: Session)
    }

    // MARK: Encoding

    /// What the picture becomes on its way to the language model.
    public struct Encoding {
        /// [B, T, Hv]: the vision tower's hidden states after the last layer norm.
        public let visionHiddenState: Tensor
        /// [B, Q, Hq].
        public let queryOutput: Tensor
        /// [B, Q, H]: the query output, projected for the language model.
        public let languageInputs: Tensor
        public let visionTime: Duration
        public let qFormerTime: Duration
    }

    /// Runs the vision tower and the Q-Former.
    ///
    /// A picture of another size than the model was trained with is seen with its positions interpolated, as by transformers'
    /// `interpolate_pos_encoding=True`; pixels beyond the last whole patch are left out.
    /// - Parameter pixels: [B, 3, height, width], prepared as ``imageProcessor()`` says.
    /// - Throws: ``Blip2Error`` for a wrong shape or a cancelled run, `ONNXRuntimeError`.
    public func encode(_ pixels: Tensor, cancellation: Cancellation? = nil) throws -> Encoding {
        let vision = configuration.vision
        guard pixels.shape.count == 4, pixels.shape[0] > 0, pixels.shape[1] == vision.channelCount,
            vision.takes(height: pixels.shape[2], width: pixels.shape[3])
        else {
            throw Blip2Error(
                .invalidInput,
                "Pixels of shape \(pixels.shape) were given; this model takes [B, 3, height, width] in patches of "
                    + "\(vision.patchSize) × \(vision.patchSize) pixels, from 1 to \(vision.mostPatches) of them.")
        }
        let (batch, queries) = (pixels.shape[0], configuration.queryTokenCount)
        let (rows, columns) = (pixels.shape[2] / vision.patchSize, pixels.shape[3] / vision.patchSize)
        let rowWeights = try PositionInterpolation.weights(from: vision.patchesPerEdge, to: rows)
        let columnWeights = try PositionInterpolation.weights(from: vision.patchesPerEdge, to: columns)
        let hidden = try Tensor(.float32, shape: [batch, 1 + rows * columns, vision.hiddenSize])
        let output = try Tensor(.float32, shape: [batch, queries, configuration.qFormer.hiddenSize])
        let inputs = try Tensor(.float32, shape: [batch, queries, configuration.text.hiddenSize])

        let start = ContinuousClock.now
        try run(
            self.vision,
            ["pixel_values": pixels, "row_weights": rowWeights, "column_weights": columnWeights],
            ["hidden_state": hidden], cancellation)
        let middle = ContinuousClock.now
        try run(
            qFormer, ["hidden_state": hidden], ["query_output": output, "language_inputs": inputs], cancellation)
        // What is not finite stays so: the decoder then refuses the picture, and no layer on the way makes numbers of it.
        for picture in 0..<batch {
            let isFinite = try [hidden, output].allSatisfy { try $0.rows(picture..<picture + 1).isFinite }
            if !isFinite {
                let row = try inputs.rows(picture..<picture + 1)
                try row.fill(repeatElement(Float.nan, count: queries * configuration.text.hiddenSize))
            }
        }
        return Encoding(
            visionHiddenState: hidden, queryOutput: output, languageInputs: inputs, visionTime: middle - start,
            qFormerTime: ContinuousClock.now - middle)
    }

    /// Runs a network from and into the given tensors.
    private func run(
        _ session: Session, _ inputs: [String: Tensor], _ outputs: [String: Tensor], _ cancellation: Cancellation?
    ) throws {
        let binding = try IOBinding(session: session)
        for (name, tensor) in inputs { try binding.bind(input: name, to: tensor) }
        for (name, tensor) in outputs { try binding.bind(output: name, to: tensor) }
        try runtime.cancellable(cancellation) { try session.run(binding, options: $0) }
    }
}
