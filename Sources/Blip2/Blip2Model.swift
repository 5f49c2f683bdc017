public import Checkpoint
public import Foundation
public import Networks
public import ONNXRuntime
public import Tokenization

/// A BLIP-2 checkpoint, compiled and loaded: pictures in, token ids out.
///
/// Calls block for as long as the networks run and belong on a thread of the caller's own.
/// Two threads may call at once; they share the processor's cores.
public final class Blip2Model: Sendable {
    public let configuration: Blip2Configuration
    /// The special tokens and limits of generating.
    public let generation: GenerationConfiguration
    /// What runs the networks, and their arithmetic.
    public let execution: Execution
    public var precision: Precision { execution.precision }
    /// Numbers in the checkpoint's tensors.
    public let parameterCount: Int
    public let checkpoint: CheckpointFolder
    public let compiled: CompiledModel

    let runtime: Runtime
    private let vision: Session
    private let qFormer: Session
    private let languageModel: LanguageModel
    /// Copies rows of key/value caches on devices; in precisions for these.
    let rowCopying: Session?
    /// Where key/value caches lie; nil for ordinary memory.
    private let cacheMemory: DeviceMemory?

    /// Reads a checkpoint and makes its networks ready; compiles them if this has not happened yet.
    /// - Parameters:
    ///   - folder: a Hugging Face folder.
    ///   - cache: where compiled models are kept.
    ///   - execution: what runs the networks, and their arithmetic.
    ///   - threads: cores that one run may use; nil for all.
    ///   - progress: told which share of the checkpoint is compiled, 0 to 1; not called when it already was.
    ///   - waiting: told once where another process compiles the same and is waited for.
    /// - Throws: `CheckpointError`, ``Blip2Error`` or `ONNXRuntimeError`, each with the file and what to do.
    public init(
        folder: URL, cache: URL, execution: Execution, threads: Int? = nil, progress: (Double) -> Void = { _ in },
        waiting: () -> Void = {}
    ) throws {
        runtime = try Runtime.load()
        checkpoint = try CheckpointFolder(folder)
        configuration = try Blip2Configuration(checkpoint.configuration)
        generation = try GenerationConfiguration(checkpoint, text: configuration.text)
        guard configuration.text.wordEmbeddingSize <= configuration.text.hiddenSize else {
            throw Blip2Error(
                .unsupportedArchitecture,
                "word_embed_proj_dim is larger than hidden_size in \(folder.path); such embeddings have no room for a picture."
            )
        }
        self.execution = execution

        parameterCount = try checkpoint.weights().parameterCount
        // Compiling takes minutes: what can be known to be wrong is said before. A folder without a tokenizer is none of it.
        if let tokenizer = try? TokenizerFile.load(folder: folder) {
            try Self.check(tokenizer, of: checkpoint, configuration)
        }
        compiled = try CompiledModel.findOrCompile(
            checkpoint, configuration, precision: execution.precision, cache: cache, waiting: waiting,
            progress: progress)
        compiled.readAhead(Blip2Graph.allCases.map(\.rawValue))

        var options = SessionOptions()
        options.intraOpThreads = threads
        options.providers = execution.providers
        // Three networks take turns: the threads of one must not spin while another works, nor when nobody asks.
        options.configuration["session.force_spinning_stop"] = "1"
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
    /// - Throws: `TokenizationError` where the folder has none; `mismatchedTokenizer` where it is another model's.
    public func tokenizer() throws -> any Tokenizing {
        let tokenizer = try TokenizerFile.load(folder: checkpoint.folder)
        try Self.check(tokenizer, of: checkpoint, configuration)
        return tokenizer
    }

    /// Holds a tokenizer against the language model's vocabulary and special tokens.
    ///
    /// Added tokens may lie beyond the embedding table: processors add `<image>`, which is never looked up.
    private static func check(
        _ tokenizer: any Tokenizing, of checkpoint: CheckpointFolder, _ configuration: Blip2Configuration
    ) throws(Blip2Error) {
        let files = checkpoint.tokenizerFiles
        let path = (files["tokenizer.json"] ?? files["vocab.json"] ?? checkpoint.folder).path
        let size = configuration.text.vocabularySize
        let advice = "The tokenizer belongs to another checkpoint: download its files again."
        guard tokenizer.largestVocabularyID < size else {
            throw Blip2Error(
                .mismatchedTokenizer,
                "\(path) has tokens up to the id \(tokenizer.largestVocabularyID), but vocab_size in the config.json "
                    + "beside it is \(size), so that the ids end at \(size - 1). \(advice)")
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

    /// How pictures become pixels of the size that the vision tower takes, as the checkpoint says.
    /// - Throws: ``Blip2Error`` where the folder does not say it, or says another size than `config.json`.
    public func imageProcessor() throws(Blip2Error) -> ImageProcessorConfiguration {
        guard let file = checkpoint.preprocessor else {
            throw Blip2Error(
                .invalidConfiguration,
                "\(checkpoint.folder.path) has no preprocessor_config.json, so pictures cannot be prepared for it. "
                    + "Download that file too.")
        }
        let processor = try ImageProcessorConfiguration(file)
        let side = configuration.vision.imageSize
        guard processor.width == side, processor.height == side else {
            throw Blip2Error(
                .invalidConfiguration,
                "The preprocessor of \(checkpoint.folder.path) makes pictures of \(processor.width) × \(processor.height) "
                    + "pixels, but image_size in its config.json is \(side).")
        }
        return processor
    }

    /// The language model's decoder at work on rows, none at first.
    /// - Parameters:
    ///   - keptBytes: the most bytes of key/value memory that are kept for later rows when there are none.
    ///   - memory: where key/value caches lie; by default where ``execution`` has them.
    func makeDecoderRows(keptBytes: Int = 256 << 20, in memory: DeviceMemory? = nil) -> any DecoderRows {
        let space = cacheSpace(memory ?? cacheMemory)
        return switch languageModel {
        case .opt(let text, let decoder):
            OPTDecoderRows(session: decoder, configuration: text, space: space, keptBytes: keptBytes)
        case .t5(let text, let encoder, let decoder):
            T5DecoderRows(
                encoder: encoder, decoder: decoder, configuration: text,
                queryTokenCount: configuration.queryTokenCount, space: space, keptBytes: keptBytes)
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
    /// - Parameter pixels: [B, 3, S, S], prepared as ``imageProcessor()`` says.
    /// - Throws: ``Blip2Error`` for a wrong shape or a cancelled run, `ONNXRuntimeError`.
    public func encode(_ pixels: Tensor, cancellation: Cancellation? = nil) throws -> Encoding {
        let side = configuration.vision.imageSize
        guard pixels.shape.count == 4, pixels.shape[0] > 0, Array(pixels.shape.dropFirst()) == [3, side, side] else {
            throw Blip2Error(
                .invalidInput, "Pixels of shape \(pixels.shape) were given; this model takes [B, 3, \(side), \(side)].")
        }
        let (batch, queries) = (pixels.shape[0], configuration.queryTokenCount)
        let vision = configuration.vision
        let hidden = try Tensor(.float32, shape: [batch, vision.tokenCount, vision.hiddenSize])
        let output = try Tensor(.float32, shape: [batch, queries, configuration.qFormer.hiddenSize])
        let inputs = try Tensor(.float32, shape: [batch, queries, configuration.text.hiddenSize])

        let start = ContinuousClock.now
        try run(self.vision, ["pixel_values": pixels], ["hidden_state": hidden], cancellation)
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
        try cancellable(cancellation) { try session.run(binding, options: $0) }
    }
}
