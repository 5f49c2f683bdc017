public import Captioning
public import ONNXRuntime

/// What the encoder of a model reads, and what its decoder begins with.
public protocol CrossAttentionSource: Sendable {
    /// Positions that the decoder looks at.
    /// - Parameters: as in ``DecoderRunner/prefill(_:prompts:cancellation:)``.
    func positions(_ pictures: Tensor, prompts: [[Int]]) -> Int

    /// Binds what the encoder's graph reads.
    func bind(_ pictures: Tensor, prompts: [[Int]], to binding: IOBinding) throws

    /// What the decoder's rows begin with, all of one length.
    func texts(prompts: [[Int]]) -> [[Int]]

    /// Width of the graph's output `encoder_hidden_state`, [k, S, H]; nil where it has none, as where pictures are looked at as
    /// they are.
    var hiddenSize: Int? { get }
}

/// A decoder with cross-attention at work on rows: each has the keys and values of its own tokens, and looks at what an encoder
/// gave for its picture and prompt, which beams and samples share.
///
/// The encoder's graph gives `cross_key.0`, `cross_value.0` and so on, [k, S, heads × D]. The decoder's reads `input_ids` and
/// `position_ids` [k, T], `last_positions` and `total_length` as attention over a cache has them, `sources` and `source_lengths`
/// [k], the cache and those keys and values; it gives `logits` [k, V] and the cache.
public final class EncoderDecoderRunner: CachedDecoderRunner {
    public let configuration: DecoderConfiguration
    public var rows: DecoderRows
    private var inputs: EncodedInputs
    /// The version of ``inputs`` that the bindings of ``rows`` are to.
    private var boundVersion = 0
    private let source: any CrossAttentionSource
    private let runtime: Runtime
    private let encoder: Session
    private let decoder: Session
    private var tensors: StepTensors?

    /// - Parameters:
    ///   - source: what the encoder reads.
    ///   - shape: what the decoder keeps of a position.
    ///   - crossShape: what it keeps of a position that it looks at.
    ///   - keptBytes: the most bytes of memory of either kind that are kept for later rows when there are none.
    public init(
        _ configuration: DecoderConfiguration, _ source: any CrossAttentionSource, _ runtime: Runtime, encoder: Session,
        decoder: Session, shape: KeyValueCache.Shape, crossShape: KeyValueCache.Shape, space: CacheSpace, keptBytes: Int
    ) {
        self.configuration = configuration
        self.source = source
        self.runtime = runtime
        self.encoder = encoder
        self.decoder = decoder
        rows = DecoderRows(shape, in: space, keptBytes: keptBytes)
        inputs = EncodedInputs(crossShape, in: space, keptBytes: keptBytes)
    }

    public func reserve(rows count: Int, positions: Int) throws {
        // A picture in front of the encoder's prompt has no positions in the decoder; a start token stands for the least prompt.
        let positions = max(positions - configuration.imageTokenCount, 1)
        try rows.reserve(rows: count, positions: positions) { rows, _ in
            tensors = try StepTensors(rows: rows, tokens: 1, vocabularySize: configuration.vocabularySize)
        }
    }

    public func copy(row: Int, times count: Int) {
        rows.copy(row: row, times: count)
        inputs.copy(row: row, times: count)
    }

    public func remove(at row: Int) {
        rows.remove(at: row)
        inputs.remove(at: row)
        forgetOldBindings()
    }

    public func removeAll() {
        rows.removeAll()
        inputs.removeAll()
    }

    public func prefill(_ pictures: Tensor, prompts: [[Int]], cancellation: Cancellation?) throws -> Tensor {
        try runtime.cancellable(cancellation) { options in
            guard let cache = rows.cache else { throw ONNXRuntimeError.noRows }
            let count = prompts.count
            let new = try inputs.make(count, positions: source.positions(pictures, prompts: prompts))
            try rows.makeCopies(options)
            let encoding = try IOBinding(session: encoder)
            try source.bind(pictures, prompts: prompts, to: encoding)
            try new.cache.bindCrossOutputs(to: encoding)
            try encoder.run(encoding, options: options)

            let texts = source.texts(prompts: prompts)
            let length = texts.first?.count ?? 0
            let first = try StepTensors(rows: count, tokens: length, vocabularySize: configuration.vocabularySize)
            let binding = try IOBinding(session: decoder)
            try first.bind(rows: count, to: binding)
            try cache.bind(rows: rows.next(count), to: binding)
            try new.cache.bindCrossInputs(rows: 0..<count, to: binding)
            try first.fill(
                tokens: texts.flatMap { $0 }, positions: Array(repeating: 0, count: count), sources: Array(0..<count),
                sourceLengths: Array(repeating: new.cache.capacity, count: count))
            try decoder.run(binding, options: options)
            rows.append(count, length: length)
            inputs.append(new)
            return first.logits  // [k, V]
        }
    }

    public func encoderHiddenState(_ pictures: Tensor, prompts: [[Int]]) throws -> Tensor? {
        guard let width = source.hiddenSize else { return nil }
        let states = try Tensor(
            .float32, shape: [prompts.count, source.positions(pictures, prompts: prompts), width])
        let binding = try IOBinding(session: encoder)
        try source.bind(pictures, prompts: prompts, to: binding)
        try binding.bind(output: "encoder_hidden_state", to: states)
        try encoder.run(binding)
        return states  // [k, S, H]
    }

    public func step(_ tokens: [Int], cancellation: Cancellation?) throws -> Tensor {
        guard let tensors, let cache = rows.cache, let encoded = inputs.memory else { throw ONNXRuntimeError.noRows }
        let binding = try binding(tensors, cache, encoded)
        try tensors.fill(
            tokens: tokens, positions: lengths, sources: inputs.entries, sourceLengths: inputs.lengths)
        try runtime.cancellable(cancellation) { options in
            try rows.makeCopies(options)
            try decoder.run(binding, options: options)
        }
        rows.advance()
        return tensors.logits  // [B, V] and what there is memory for behind
    }

    /// Drops what is bound to memory of inputs that is not in use any more, and would keep it.
    private func forgetOldBindings() {
        guard boundVersion != inputs.version else { return }
        rows.bindings = [:]
        boundVersion = inputs.version
    }

    private func binding(
        _ tensors: StepTensors, _ cache: KeyValueCache, _ encoded: KeyValueCache
    ) throws -> IOBinding {
        let count = lengths.count
        forgetOldBindings()
        if let binding = rows.bindings[count] { return binding }
        let binding = try IOBinding(session: decoder)
        try tensors.bind(rows: count, to: binding)
        try cache.bind(rows: 0..<count, to: binding)
        try encoded.bindCrossInputs(rows: 0..<encoded.rowCount, to: binding)
        rows.bindings[count] = binding
        return binding
    }
}

/// What one run of the decoder reads and writes for k rows, the key/value memory aside.
private struct StepTensors {
    /// int64 [k, T].
    private let tokens: Tensor
    /// int64 [k, T]: 0 for the first token of a row.
    private let positions: Tensor
    /// int32 [k]: the last position of each row after the run.
    private let lastPositions: Tensor
    /// int32 []: the length of the longest row after the run.
    private let totalLength: Tensor
    /// int32 [k]: the input that each row looks at.
    private let sources: Tensor
    /// int32 [k]: how many of its positions count.
    private let sourceLengths: Tensor
    /// [k, V]: the logits of each row's next token.
    let logits: Tensor

    private var tokenCount: Int { tokens.shape[1] }

    init(rows: Int, tokens count: Int, vocabularySize: Int) throws {
        tokens = try Tensor(.int64, shape: [rows, count])
        positions = try Tensor(.int64, shape: [rows, count])
        lastPositions = try Tensor(.int32, shape: [rows])
        totalLength = try Tensor(.int32, shape: [])
        sources = try Tensor(.int32, shape: [rows])
        sourceLengths = try Tensor(.int32, shape: [rows])
        logits = try Tensor(.float32, shape: [rows, vocabularySize])
    }

    /// Binds the first `count` rows.
    func bind(rows count: Int, to binding: IOBinding) throws {
        try binding.bind(input: "input_ids", to: tokens.rows(0..<count))
        try binding.bind(input: "position_ids", to: positions.rows(0..<count))
        try binding.bind(input: "last_positions", to: lastPositions.rows(0..<count))
        try binding.bind(input: "total_length", to: totalLength)
        try binding.bind(input: "sources", to: sources.rows(0..<count))
        try binding.bind(input: "source_lengths", to: sourceLengths.rows(0..<count))
        try binding.bind(output: "logits", to: logits.rows(0..<count))
    }

    /// - Parameters:
    ///   - tokens: of all rows, one row behind the other.
    ///   - starts: the position of each row's first token.
    ///   - sources: the input of the encoder that each row looks at.
    ///   - sourceLengths: how many of its positions count.
    func fill(tokens ids: [Int], positions starts: [Int], sources places: [Int], sourceLengths lengths: [Int]) throws {
        let count = tokenCount
        try tokens.fill(ids.lazy.map(Int64.init))
        try positions.fill(starts.flatMap { start in (0..<count).map { Int64(start + $0) } })
        try lastPositions.fill(starts.lazy.map { Int32($0 + count - 1) })
        try totalLength.fill(CollectionOfOne(Int32((starts.max() ?? 0) + count)))
        try sources.fill(places.lazy.map(Int32.init))
        try sourceLengths.fill(lengths.lazy.map(Int32.init))
    }
}
