import ONNXRuntime

/// The rows of a T5 decoder, each with the keys and values of its own new tokens and with those that the encoder gave for
/// its picture and prompt.
///
/// As in ``OPTDecoderRows``, the rows are the first ones of the memory, and a run that fails changes nothing.
final class T5DecoderRows: DecoderRows {
    private let encoder: Session
    private let decoder: Session
    private let configuration: T5Configuration
    private let queryTokenCount: Int
    private let space: CacheSpace
    /// The most bytes of key/value memory that are kept for later rows when there are none.
    private let keptBytes: Int
    private let causalBuckets: [Int64]

    private(set) var lengths: [Int] = []
    /// Tokens of picture and prompt that each row's decoder looks at.
    private var encodedLengths: [Int] = []
    private var memory: Memory?

    /// Room for rows, and what steps bind of it.
    private struct Memory {
        /// Of the new tokens.
        let own: KeyValueCache
        /// Of picture and prompt.
        let encoded: KeyValueCache
        let step: T5StepTensors
        /// By number of rows.
        var bindings: [Int: IOBinding] = [:]

        var byteCount: Int { own.byteCount + encoded.byteCount }
    }

    init(
        encoder: Session, decoder: Session, configuration: T5Configuration, queryTokenCount: Int, space: CacheSpace,
        keptBytes: Int
    ) {
        self.encoder = encoder
        self.decoder = decoder
        self.configuration = configuration
        self.queryTokenCount = queryTokenCount
        self.space = space
        self.keptBytes = keptBytes
        causalBuckets = configuration.relativePositions.causal
    }

    var room: (rows: Int, positions: Int) { (memory?.own.rowCount ?? 0, memory?.own.capacity ?? 0) }

    func reserve(rows: Int, positions: Int) throws {
        // The picture has no positions in the decoder; the start token stands for the least prompt.
        let positions = max(positions - queryTokenCount, 1)
        guard rows > room.rows || positions > room.positions else { return }
        try makeRoom(rows: rows, positions: positions, encoded: 1)
    }

    /// Makes memory for what is asked for, and for what the rows that are there need; those move over. Rows are rounded up to
    /// a power of two, many of them to 8, and positions to 32 or 16, so that a batch that grows does not move every time.
    private func makeRoom(rows: Int, positions: Int, encoded: Int) throws {
        let old = lengths.isEmpty ? nil : memory
        if old == nil { removeAll() }
        let rows = max(rows, old?.own.rowCount ?? 0)
        var count = 1
        while count < min(rows, 8) { count *= 2 }
        if rows > 8 { count = (rows + 7) / 8 * 8 }
        let ownCapacity = (max(positions, old?.own.capacity ?? 0) + 31) / 32 * 32
        let encodedCapacity = (max(encoded, old?.encoded.capacity ?? 0) + 15) / 16 * 16
        let new = Memory(
            own: try KeyValueCache(configuration.cacheShape, rows: count, capacity: ownCapacity, in: space),
            encoded: try KeyValueCache(configuration.crossShape, rows: count, capacity: encodedCapacity, in: space),
            step: try T5StepTensors(configuration, rows: count, capacity: ownCapacity))
        if let old {
            for row in lengths.indices {
                new.own.copy(row: row, of: old.own, to: row, positions: 0..<lengths[row])
                new.encoded.copy(row: row, of: old.encoded, to: row, positions: 0..<encodedLengths[row])
            }
        }
        memory = new
    }

    func append(_ imageEmbeddings: Tensor, prompts: [[Int]], _ options: RunOptions?) throws -> Tensor {
        let encoded = try encode(imageEmbeddings, prompts: prompts, options)
        let (count, length) = (prompts.count, encoded.capacity)
        if let memory, length > memory.encoded.capacity {
            try makeRoom(rows: room.rows, positions: room.positions, encoded: length)
        }
        let memory = try self.memory.orNoRows()

        let first = try T5StepTensors(configuration, rows: count, capacity: 1)
        let binding = try IOBinding(session: decoder)
        try first.bind(rows: count, to: binding)
        try memory.own.bind(rows: lengths.count..<lengths.count + count, to: binding)
        try encoded.bindCrossInputs(rows: 0..<count, to: binding)
        try first.fill(
            tokens: Array(repeating: configuration.decoderStartTokenID, count: count),
            positions: Array(repeating: 0, count: count), buckets: causalBuckets, to: binding)
        try first.fillMask(encodedLengths: Array(repeating: length, count: count), width: length, to: binding)
        try space.copies?.run(options)
        try decoder.run(binding, options: options)

        for row in 0..<count {
            memory.encoded.copy(row: row, of: encoded, to: lengths.count + row, positions: 0..<length)
        }
        lengths += repeatElement(1, count: count)
        encodedLengths += repeatElement(length, count: count)
        return first.logits
    }

    /// Runs the encoder: the keys and values of picture and prompt for every layer of the decoder.
    private func encode(_ imageEmbeddings: Tensor, prompts: [[Int]], _ options: RunOptions?) throws -> KeyValueCache {
        let promptLength = prompts.first?.count ?? 0
        let length = imageEmbeddings.shape[1] + promptLength
        let tokens = try Tensor(prompts.joined().map(Int64.init), shape: [prompts.count, promptLength])
        let buckets = try Tensor(
            configuration.relativePositions.bidirectional(length: length), shape: [length, length])
        let encoded = try KeyValueCache(configuration.crossShape, rows: prompts.count, capacity: length, in: space)
        try space.copies?.run(options)
        let binding = try IOBinding(session: encoder)
        try binding.bind(input: "image_embeddings", to: imageEmbeddings)
        try binding.bind(input: "input_ids", to: tokens)
        try binding.bind(input: "position_buckets", to: buckets)
        try encoded.bindCrossOutputs(to: binding)
        try encoder.run(binding, options: options)
        return encoded
    }

    func step(_ tokens: [Int], _ options: RunOptions?) throws -> Tensor {
        let (memory, binding) = try stepBinding()
        try memory.step.fill(tokens: tokens, positions: lengths, buckets: causalBuckets, to: binding)
        try memory.step.fillMask(encodedLengths: encodedLengths, width: memory.encoded.capacity, to: binding)
        try space.copies?.run(options)
        try decoder.run(binding, options: options)
        for row in lengths.indices { lengths[row] += 1 }
        return memory.step.logits
    }

    private func stepBinding() throws -> (Memory, IOBinding) {
        var memory = try self.memory.orNoRows()
        if let binding = memory.bindings[lengths.count] { return (memory, binding) }
        let binding = try IOBinding(session: decoder)
        try memory.step.bind(rows: lengths.count, to: binding)
        try memory.own.bind(rows: 0..<lengths.count, to: binding)
        try memory.encoded.bindCrossInputs(rows: 0..<lengths.count, to: binding)
        memory.bindings[lengths.count] = binding
        self.memory = memory
        return (memory, binding)
    }

    func copy(row: Int, times count: Int) {
        for _ in 0..<count {
            copy(row: row, to: lengths.count)
            lengths.append(lengths[row])
            encodedLengths.append(encodedLengths[row])
        }
    }

    /// What the encoder gave is the same in all rows of a picture, and stays where it is.
    func reorder(rows: [Int], parents: [Int], from position: Int) {
        for (row, parent) in zip(rows, parents) where row != parent {
            lengths[row] = lengths[parent]
            memory.map {
                $0.own.copy(row: parent, of: $0.own, to: row, positions: min(position, lengths[row])..<lengths[row])
            }
        }
    }

    func remove(at row: Int) {
        let last = lengths.count - 1
        if row != last { copy(row: last, to: row) }
        lengths.swapAt(row, last)
        lengths.removeLast()
        encodedLengths.swapAt(row, last)
        encodedLengths.removeLast()
        if lengths.isEmpty, let memory, memory.byteCount > keptBytes { removeAll() }
    }

    private func copy(row: Int, to target: Int) {
        guard let memory else { return }
        memory.own.copy(row: row, of: memory.own, to: target, positions: 0..<lengths[row])
        memory.encoded.copy(row: row, of: memory.encoded, to: target, positions: 0..<encodedLengths[row])
    }

    func removeAll() {
        lengths = []
        encodedLengths = []
        memory = nil
        space.copies?.removeAll()
    }
}

extension Optional {
    /// The memory of a decoder, which has to be reserved before rows can run.
    fileprivate func orNoRows() throws -> Wrapped {
        guard let self else { throw ONNXRuntimeError(.invalidTensor, "There are no rows to go on with.") }
        return self
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
