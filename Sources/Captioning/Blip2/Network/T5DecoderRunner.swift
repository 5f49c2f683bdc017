import Captioning
import Generation
import ONNXRuntime

/// A T5 decoder at work on rows, each with the keys and values of its own new tokens and with those that the encoder gave for
/// its picture and prompt.
final class T5DecoderRunner: CachedDecoderRunner {
    let configuration: DecoderConfiguration
    var rows: DecoderRows
    private let text: T5Configuration
    private let runtime: Runtime
    private let encoder: Session
    private let decoder: Session
    private let causalBuckets: [Int64]
    private var tensors: T5StepTensors?

    init(
        _ configuration: DecoderConfiguration, _ text: T5Configuration, _ runtime: Runtime, encoder: Session,
        decoder: Session, space: CacheSpace, keptBytes: Int
    ) {
        self.configuration = configuration
        self.text = text
        self.runtime = runtime
        self.encoder = encoder
        self.decoder = decoder
        causalBuckets = text.relativePositions.causal
        rows = DecoderRows(text.cacheShape, encoded: text.crossShape, in: space, keptBytes: keptBytes)
    }

    func reserve(rows count: Int, positions: Int) throws {
        // The picture has no positions in the decoder; the start token stands for the least prompt.
        try reserve(rows: count, positions: max(positions - configuration.imageTokenCount, 1), encodedPositions: 1)
    }

    private func reserve(rows count: Int, positions: Int, encodedPositions: Int) throws {
        try rows.reserve(rows: count, positions: positions, encodedPositions: encodedPositions) { rows, positions in
            tensors = try T5StepTensors(text, rows: rows, capacity: positions)
        }
    }

    /// - Parameter pictures: [k, Q, H].
    func prefill(_ pictures: Tensor, prompts: [[Int]], cancellation: Cancellation?) throws -> Tensor {
        try runtime.cancellable(cancellation) { options in
            let encoded = try encode(pictures, prompts: prompts, options)
            let (count, length) = (prompts.count, encoded.capacity)
            try reserve(rows: capacity.rows, positions: capacity.positions, encodedPositions: length)
            guard let cache = rows.cache else { throw ONNXRuntimeError.noRows }

            let first = try T5StepTensors(text, rows: count, capacity: 1)
            let binding = try IOBinding(session: decoder)
            try first.bind(rows: count, to: binding)
            try cache.bind(rows: rows.next(count), to: binding)
            try encoded.bindCrossInputs(rows: 0..<count, to: binding)
            try first.fill(
                tokens: Array(repeating: text.decoderStartTokenID, count: count),
                positions: Array(repeating: 0, count: count), buckets: causalBuckets, to: binding)
            try first.fillMask(encodedLengths: Array(repeating: length, count: count), width: length, to: binding)
            try rows.makeCopies(options)
            try decoder.run(binding, options: options)
            rows.append(count, length: 1, encoded: encoded)
            return first.logits  // [k, V]
        }
    }

    func encoderHiddenState(_ pictures: Tensor, prompts: [[Int]]) throws -> Tensor? {
        let length = pictures.shape[1] + (prompts.first?.count ?? 0)
        let states = try Tensor(.float32, shape: [prompts.count, length, text.hiddenSize])
        let binding = try encoderBinding(pictures, prompts: prompts)
        try binding.bind(output: "hidden_state", to: states)
        try encoder.run(binding)
        return states  // [k, L, H]
    }

    /// Binds what the encoder reads.
    private func encoderBinding(_ pictures: Tensor, prompts: [[Int]]) throws -> IOBinding {
        let promptLength = prompts.first?.count ?? 0
        let length = pictures.shape[1] + promptLength
        let tokens = try Tensor(prompts.joined().map(Int64.init), shape: [prompts.count, promptLength])
        let buckets = try Tensor(text.relativePositions.bidirectional(length: length), shape: [length, length])
        let binding = try IOBinding(session: encoder)
        try binding.bind(input: "image_embeddings", to: pictures)
        try binding.bind(input: "input_ids", to: tokens)
        try binding.bind(input: "position_buckets", to: buckets)
        return binding
    }

    /// Runs the encoder: the keys and values of picture and prompt for every layer of the decoder.
    private func encode(_ pictures: Tensor, prompts: [[Int]], _ options: RunOptions?) throws -> KeyValueCache {
        let length = pictures.shape[1] + (prompts.first?.count ?? 0)
        guard let encoded = try rows.makeEncoded(rows: prompts.count, positions: length) else {
            throw ONNXRuntimeError.noRows
        }
        try rows.makeCopies(options)
        let binding = try encoderBinding(pictures, prompts: prompts)
        try encoded.bindCrossOutputs(to: binding)
        try encoder.run(binding, options: options)
        return encoded
    }

    func step(_ tokens: [Int], cancellation: Cancellation?) throws -> Tensor {
        guard let tensors, let cache = rows.cache, let encoded = rows.encoded else { throw ONNXRuntimeError.noRows }
        let binding = try binding(tensors, cache, encoded)
        try tensors.fill(tokens: tokens, positions: lengths, buckets: causalBuckets, to: binding)
        try tensors.fillMask(encodedLengths: rows.encodedLengths, width: encoded.capacity, to: binding)
        try runtime.cancellable(cancellation) { options in
            try rows.makeCopies(options)
            try decoder.run(binding, options: options)
        }
        rows.advance()
        return tensors.logits  // [B, V] and what there is memory for behind
    }

    private func binding(
        _ tensors: T5StepTensors, _ cache: KeyValueCache, _ encoded: KeyValueCache
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

extension T5Configuration {
    /// What the decoder keeps of a new token.
    fileprivate var cacheShape: KeyValueCache.Shape {
        KeyValueCache.Shape(
            layerCount: decoderLayerCount, headCount: headCount,
            headSize: T5Decoder(configuration: self).cacheHeadSize)
    }

    /// What the decoder keeps of a token of picture and prompt.
    fileprivate var crossShape: KeyValueCache.Shape {
        KeyValueCache.Shape(layerCount: decoderLayerCount, headCount: headCount, headSize: headSize)
    }
}
