import Captioning
import Generation
import ONNXRuntime

/// BLIP's text decoder at work on rows, each with the keys and values of its own tokens and with those of what it looks at: the
/// picture, or a question that was read beside it.
final class BlipDecoderRunner: CachedDecoderRunner {
    let configuration: DecoderConfiguration
    var rows: DecoderRows
    private var inputs: EncodedInputs
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
        func shape(_ headSize: Int) -> KeyValueCache.Shape {
            KeyValueCache.Shape(layerCount: model.text.layerCount, headCount: model.text.headCount, headSize: headSize)
        }
        rows = DecoderRows(shape(text.cacheHeadSize), in: space, keptBytes: keptBytes)
        inputs = EncodedInputs(shape(text.headSize), in: space, keptBytes: keptBytes)
    }

    func reserve(rows count: Int, positions: Int) throws {
        try rows.reserve(rows: count, positions: positions) { rows, _ in
            tensors = try StepTensors(rows: rows, tokens: 1, vocabularySize: text.vocabularySize)
        }
    }

    func copy(row: Int, times count: Int) {
        rows.copy(row: row, times: count)
        inputs.copy(row: row, times: count)
    }

    func remove(at row: Int) {
        rows.remove(at: row)
        inputs.remove(at: row)
        // What is bound keeps memory that nobody needs any more.
        if inputs.memory == nil { rows.bindings = [:] }
    }

    func removeAll() {
        rows.removeAll()
        inputs.removeAll()
    }

    /// - Parameter pictures: [k, S, Hv].
    func prefill(_ pictures: Tensor, prompts: [[Int]], cancellation: Cancellation?) throws -> Tensor {
        try runtime.cancellable(cancellation) { options in
            guard let cache = rows.cache else { throw ONNXRuntimeError.noRows }
            let count = prompts.count
            let (new, hasMoved) = try inputs.make(
                count, positions: readsQuestions ? prompts.first?.count ?? 0 : pictures.shape[1])
            if hasMoved { rows.bindings = [:] }
            try rows.makeCopies(options)
            let encoding = try encoderBinding(pictures, prompts: prompts)
            try new.cache.bindCrossOutputs(to: encoding)
            try encoder.run(encoding, options: options)

            let texts = readsQuestions ? prompts.map { _ in [text.bosTokenID] } : prompts
            let tokenCount = texts.first?.count ?? 0
            let first = try StepTensors(rows: count, tokens: tokenCount, vocabularySize: text.vocabularySize)
            let binding = try IOBinding(session: decoder)
            try first.bind(rows: count, to: binding)
            try cache.bind(rows: rows.next(count), to: binding)
            try new.cache.bindCrossInputs(rows: 0..<count, to: binding)
            try first.fill(
                tokens: texts.flatMap { $0 }, positions: Array(repeating: 0, count: count), sources: Array(0..<count),
                sourceLengths: Array(repeating: new.cache.capacity, count: count))
            try decoder.run(binding, options: options)
            rows.append(count, length: tokenCount)
            inputs.append(new)
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
        guard let tensors, let cache = rows.cache, let encoded = inputs.memory else { throw ONNXRuntimeError.noRows }
        let binding = try binding(tensors, cache, encoded)
        try tensors.fill(
            tokens: tokens, positions: lengths, sources: inputs.places, sourceLengths: inputs.lengths)
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
