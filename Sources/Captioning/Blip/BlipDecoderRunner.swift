import Captioning
import Generation
import ONNXRuntime

/// BLIP's text decoder at work on rows, each with the keys and values of its own tokens and with those of what it looks at: the
/// picture, or a question that was read beside it.
final class BlipDecoderRunner: CachedDecoderRunner {
    let configuration: DecoderConfiguration
    var rows: DecoderRows
    private let text: BlipTextConfiguration
    private let readsQuestions: Bool
    private let runtime: Runtime
    private let encoder: Session
    private let decoder: Session
    private var tensors: StepTensors?

    init(
        _ configuration: DecoderConfiguration, _ model: BlipConfiguration, _ runtime: Runtime, encoder: Session,
        decoder: Session, space: CacheSpace, keptBytes: Int
    ) {
        self.configuration = configuration
        text = model.text
        readsQuestions = model.task == .questionAnswering
        self.runtime = runtime
        self.encoder = encoder
        self.decoder = decoder
        rows = DecoderRows(
            KeyValueCache.Shape(
                layerCount: text.layerCount, headCount: text.headCount,
                headSize: text.cacheHeadSize),
            encoded: KeyValueCache.Shape(
                layerCount: text.layerCount, headCount: text.headCount, headSize: text.headSize),
            encodedStep: readsQuestions ? 16 : 1, in: space, keptBytes: keptBytes)
    }

    func reserve(rows count: Int, positions: Int) throws {
        try reserve(rows: count, positions: positions, encodedPositions: 1)
    }

    private func reserve(rows count: Int, positions: Int, encodedPositions: Int) throws {
        try rows.reserve(rows: count, positions: positions, encodedPositions: encodedPositions) { rows, _ in
            tensors = try StepTensors(rows: rows, tokens: 1, vocabularySize: text.vocabularySize)
        }
    }

    /// - Parameter pictures: [k, S, Hv].
    func prefill(_ pictures: Tensor, prompts: [[Int]], cancellation: Cancellation?) throws -> Tensor {
        try runtime.cancellable(cancellation) { options in
            let count = prompts.count
            let length = readsQuestions ? prompts.first?.count ?? 0 : pictures.shape[1]
            try reserve(rows: capacity.rows, positions: capacity.positions, encodedPositions: length)
            guard let cache = rows.cache, let encoded = try rows.encodedMemory(rows: count, positions: length) else {
                throw ONNXRuntimeError.noRows
            }
            try rows.makeCopies(options)
            let encoding = try encoderBinding(pictures, prompts: prompts)
            try encoded.cache.bindCrossOutputs(to: encoding)
            try encoder.run(encoding, options: options)

            let texts = readsQuestions ? prompts.map { _ in [text.bosTokenID] } : prompts
            let tokenCount = texts.first?.count ?? 0
            let first = try StepTensors(rows: count, tokens: tokenCount, vocabularySize: text.vocabularySize)
            let binding = try IOBinding(session: decoder)
            try first.bind(rows: count, to: binding)
            try cache.bind(rows: rows.next(count), to: binding)
            try encoded.cache.bindCrossInputs(rows: 0..<count, to: binding)
            try first.fill(tokens: texts.flatMap { $0 }, positions: Array(repeating: 0, count: count))
            try first.fillMask(encodedLengths: Array(repeating: length, count: count), width: length, to: binding)
            try decoder.run(binding, options: options)
            rows.append(count, length: tokenCount, encoded: encoded)
            return first.logits  // [k, V]
        }
    }

    func encoderHiddenState(_ pictures: Tensor, prompts: [[Int]]) throws -> Tensor? {
        guard readsQuestions else { return nil }
        let states = try Tensor(
            .float32, shape: [prompts.count, prompts.first?.count ?? 0, text.hiddenSize])
        let binding = try encoderBinding(pictures, prompts: prompts)
        try binding.bind(output: "text_state", to: states)
        try encoder.run(binding)
        return states  // [k, L, H]
    }

    /// Binds what the encoder reads. Padding behind a question is read with it, but nothing of the question looks at it.
    private func encoderBinding(_ pictures: Tensor, prompts: [[Int]]) throws -> IOBinding {
        let binding = try IOBinding(session: encoder)
        try binding.bind(input: "hidden_state", to: pictures)
        guard readsQuestions else { return binding }
        let shape = [prompts.count, prompts.first?.count ?? 0]
        let lengths = prompts.map { prompt in
            1 + (prompt.lastIndex { $0 != text.padTokenID } ?? prompt.count - 1)
        }
        let mask = zip(prompts, lengths).flatMap { prompt, length in
            prompt.indices.map { Int32($0 < length ? 1 : 0) }
        }
        try binding.bind(input: "input_ids", to: try Tensor(prompts.joined().map(Int64.init), shape: shape))
        try binding.bind(input: "mask", to: try Tensor(mask, shape: shape))
        return binding
    }

    func step(_ tokens: [Int], cancellation: Cancellation?) throws -> Tensor {
        guard let tensors, let cache = rows.cache, let encoded = rows.encoded else { throw ONNXRuntimeError.noRows }
        let binding = try binding(tensors, cache, encoded)
        try tensors.fill(tokens: tokens, positions: lengths)
        try tensors.fillMask(encodedLengths: rows.encodedLengths, width: encoded.capacity, to: binding)
        try runtime.cancellable(cancellation) { options in
            try rows.makeCopies(options)
            try decoder.run(binding, options: options)
        }
        rows.advance()
        return tensors.logits  // [B, V] and what there is memory for behind
    }

    private func binding(
        _ tensors: StepTensors, _ cache: KeyValueCache, _ encoded: KeyValueCache
    ) throws -> IOBinding {
        let count = lengths.count
        if let binding = rows.bindings[count] { return binding }
        let binding = try IOBinding(session: decoder)
        try tensors.bind(rows: count, to: binding)
        try cache.bind(rows: 0..<count, to: binding)
        try encoded.bindCrossInputs(rows: 0..<count, to: binding)
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
    /// [k, V]: the logits of each row's next token.
    let logits: Tensor

    private var tokenCount: Int { tokens.shape[1] }

    init(rows: Int, tokens count: Int, vocabularySize: Int) throws {
        tokens = try Tensor(.int64, shape: [rows, count])
        positions = try Tensor(.int64, shape: [rows, count])
        lastPositions = try Tensor(.int32, shape: [rows])
        totalLength = try Tensor(.int32, shape: [])
        logits = try Tensor(.float32, shape: [rows, vocabularySize])
    }

    /// Binds the first `count` rows.
    func bind(rows count: Int, to binding: IOBinding) throws {
        try binding.bind(input: "input_ids", to: tokens.rows(0..<count))
        try binding.bind(input: "position_ids", to: positions.rows(0..<count))
        try binding.bind(input: "last_positions", to: lastPositions.rows(0..<count))
        try binding.bind(input: "total_length", to: totalLength)
        try binding.bind(output: "logits", to: logits.rows(0..<count))
    }

    /// - Parameters:
    ///   - tokens: of all rows, one row behind the other.
    ///   - starts: the position of each row's first token.
    func fill(tokens ids: [Int], positions starts: [Int]) throws {
        let count = tokenCount
        try tokens.fill(ids.lazy.map(Int64.init))
        try positions.fill(starts.flatMap { start in (0..<count).map { Int64(start + $0) } })
        try lastPositions.fill(starts.lazy.map { Int32($0 + count - 1) })
        try totalLength.fill(CollectionOfOne(Int32((starts.max() ?? 0) + count)))
    }

    /// Has every row look at what the encoder gave for it, and not behind that.
    /// - Parameter width: positions that there is memory for.
    func fillMask(encodedLengths: [Int], width: Int, to binding: IOBinding) throws {
        let values = encodedLengths.flatMap { length in
            let row = (0..<width).map { $0 < length ? 0 : -Float.infinity }
            return Array(repeating: row, count: tokenCount).joined()
        }
        let mask = try Tensor(values, shape: [encodedLengths.count, 1, tokenCount, width])
        try binding.bind(input: "cross_mask", to: mask)
    }
}
