import Captioning
import Generation
import ONNXRuntime

/// A BART decoder at work on rows, each with the keys and values of its own new tokens and with those that the encoder gave for
/// its picture and prompt.
final class BARTDecoderRunner: CachedDecoderRunner {
    let configuration: DecoderConfiguration
    var rows: DecoderRows
    private let text: BARTConfiguration
    private let startTokenID: Int
    private let runtime: Runtime
    private let encoder: Session
    private let decoder: Session
    private var tensors: BARTStepTensors?

    init(
        _ configuration: DecoderConfiguration, _ text: BARTConfiguration, cacheHeadSize: Int, _ runtime: Runtime,
        encoder: Session, decoder: Session, space: CacheSpace, keptBytes: Int
    ) {
        self.configuration = configuration
        self.text = text
        startTokenID = configuration.startTokenID ?? text.decoderStartTokenID
        self.runtime = runtime
        self.encoder = encoder
        self.decoder = decoder
        func shape(headSize: Int) -> KeyValueCache.Shape {
            KeyValueCache.Shape(
                layerCount: text.decoderLayerCount, headCount: text.decoderHeadCount, headSize: headSize)
        }
        rows = DecoderRows(
            shape(headSize: cacheHeadSize), encoded: shape(headSize: text.decoderHeadSize), in: space,
            keptBytes: keptBytes)
    }

    func reserve(rows count: Int, positions: Int) throws {
        // The picture has no positions in the decoder; the start token stands for the least prompt.
        try reserve(rows: count, positions: max(positions - configuration.imageTokenCount, 1), encodedPositions: 1)
    }

    private func reserve(rows count: Int, positions: Int, encodedPositions: Int) throws {
        try rows.reserve(rows: count, positions: positions, encodedPositions: encodedPositions) { rows, _ in
            tensors = try BARTStepTensors(text, rows: rows)
        }
    }

    /// - Parameter pictures: [k, Q, H].
    func prefill(_ pictures: Tensor, prompts: [[Int]], cancellation: Cancellation?) throws -> Tensor {
        try runtime.cancellable(cancellation) { options in
            let encoded = try encode(pictures, prompts: prompts, options)
            let (count, length) = (prompts.count, encoded.cache.capacity)
            try reserve(rows: capacity.rows, positions: capacity.positions, encodedPositions: length)
            guard let cache = rows.cache else { throw ONNXRuntimeError.noRows }

            let first = try BARTStepTensors(text, rows: count)
            let binding = try IOBinding(session: decoder)
            try first.bind(rows: count, to: binding)
            try cache.bind(rows: rows.next(count), to: binding)
            try encoded.cache.bindCrossInputs(rows: 0..<count, to: binding)
            try first.fill(
                tokens: Array(repeating: startTokenID, count: count), positions: Array(repeating: 0, count: count))
            try first.bindMask(encodedLengths: Array(repeating: length, count: count), width: length, to: binding)
            try rows.makeCopies(options)
            try decoder.run(binding, options: options)
            rows.append(count, length: 1, encoded: encoded)
            return first.logits  // [k, V]
        }
    }

    /// Runs the encoder: the keys and values of picture and prompt for every layer of the decoder.
    private func encode(
        _ pictures: Tensor, prompts: [[Int]], _ options: RunOptions?
    ) throws -> DecoderRows.EncodedMemory {
        let length = pictures.shape[1] + (prompts.first?.count ?? 0)
        guard let encoded = try rows.encodedMemory(rows: prompts.count, positions: length) else {
            throw ONNXRuntimeError.noRows
        }
        try rows.makeCopies(options)
        let binding = try encoderBinding(pictures, prompts: prompts)
        try encoded.cache.bindCrossOutputs(to: binding)
        try encoder.run(binding, options: options)
        return encoded
    }

    func encoderHiddenState(_ pictures: Tensor, prompts: [[Int]]) throws -> Tensor? {
        let length = pictures.shape[1] + (prompts.first?.count ?? 0)
        let states = try Tensor(.float32, shape: [prompts.count, length, text.hiddenSize])
        let binding = try encoderBinding(pictures, prompts: prompts)
        try binding.bind(output: "encoder_hidden_state", to: states)
        try encoder.run(binding)
        return states  // [k, Q+T, H]
    }

    private func encoderBinding(_ pictures: Tensor, prompts: [[Int]]) throws -> IOBinding {
        let promptLength = prompts.first?.count ?? 0
        let length = pictures.shape[1] + promptLength
        let tokens = try Tensor(prompts.joined().map(Int64.init), shape: [prompts.count, promptLength])
        let binding = try IOBinding(session: encoder)
        try binding.bind(input: "image_embeddings", to: pictures)
        try binding.bind(input: "input_ids", to: tokens)
        try binding.bind(input: "position_ids", to: try Tensor((0..<length).map(Int64.init), shape: [length]))
        return binding
    }

    func step(_ tokens: [Int], cancellation: Cancellation?) throws -> Tensor {
        guard let tensors, let cache = rows.cache, let encoded = rows.encoded else { throw ONNXRuntimeError.noRows }
        let binding = try binding(tensors, cache, encoded)
        try tensors.fill(tokens: tokens, positions: lengths)
        try tensors.bindMask(encodedLengths: rows.encodedLengths, width: encoded.capacity, to: binding)
        try runtime.cancellable(cancellation) { options in
            try rows.makeCopies(options)
            try decoder.run(binding, options: options)
        }
        rows.advance()
        return tensors.logits  // [B, V] and what there is memory for behind
    }

    private func binding(
        _ tensors: BARTStepTensors, _ cache: KeyValueCache, _ encoded: KeyValueCache
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
