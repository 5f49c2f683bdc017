public import Captioning
public import Checkpoint
public import Devices
public import Foundation
public import Generation
public import Networks
public import ONNXRuntime
public import Tokenization

/// A BLIP-2 or InstructBLIP checkpoint, compiled and loaded: pictures in, token ids out.
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

        let options = SessionOptions.networks(execution, threads: threads)
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
    /// - Throws: `CheckpointError` where the folder does not say it, or says a size that the vision tower cannot take.
    public func imageProcessor() throws(CheckpointError) -> ImageProcessorConfiguration { try source.imageProcessor() }

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
    /// - Parameters:
    ///   - pixels: [B, 3, height, width], prepared as ``imageProcessor()`` says, of any size that `VisionTower` takes.
    ///   - instructions: what the Q-Former reads for each picture, perhaps with padding behind it; nil for
    ///     ``defaultInstructionIDs``. Models whose Q-Former does not read ignore it.
    /// - Throws: `NetworksError` for a wrong shape, ``Blip2Error`` for wrong instructions, `CancellationError`,
    ///   `ONNXRuntimeError`.
    public func encode(
        _ pixels: Tensor, instructions: [[Int]]? = nil, cancellation: Cancellation? = nil
    ) throws -> Encoding {
        let start = ContinuousClock.now
        let hidden = try runtime.cancellable(cancellation) {
            try VisionTower(configuration.vision).run(pixels, in: vision, options: $0)
        }
        let middle = ContinuousClock.now
        let (batch, queries) = (pixels.shape[0], configuration.queryTokenCount)
        let instructions = try InstructionRows(
            instructions ?? Array(repeating: defaultInstructionIDs, count: batch), pictures: batch,
            configuration.qFormer)
        let output = try Tensor(.float32, shape: [batch, queries, configuration.qFormer.hiddenSize])
        let inputs = try Tensor(.float32, shape: [batch, queries, configuration.text.hiddenSize])
        try runtime.cancellable(cancellation) {
            for run in instructions.runs {
                var given = ["hidden_state": try hidden.rows(run)]
                given["qformer_input_ids"] = try instructions.tensor(run)
                try qFormer.run(
                    given, into: ["query_output": output.rows(run), "language_inputs": inputs.rows(run)], options: $0)
            }
        }
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
}
