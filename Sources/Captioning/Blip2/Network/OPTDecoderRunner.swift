import ONNXRuntime

/// The rows of an OPT decoder.
///
/// The rows are the first ones of the key/value memory at all times, so that a step binds them as one tensor. What a
/// step binds is made once for each number of rows; after that it only writes new numbers. A run that fails changes
/// nothing: the positions that it wrote lie behind the rows' lengths, and are written again.
final class OPTDecoderRows: DecoderRows {
    private let session: Session
    private let configuration: OPTConfiguration
    private let space: CacheSpace
    /// The most bytes of key/value memory that are kept for later rows when there are none.
    private let keptBytes: Int

    private(set) var lengths: [Int] = []
    private var memory: Memory?

    /// Room for rows, and what steps bind of it.
    private struct Memory {
        let cache: KeyValueCache
        let step: DecoderTensors
        /// By number of rows.
        var bindings: [Int: IOBinding] = [:]
    }

    init(session: Session, configuration: OPTConfiguration, space: CacheSpace, keptBytes: Int = 256 << 20) {
        self.session = session
        self.configuration = configuration
        self.space = space
        self.keptBytes = keptBytes
    }

    var room: (rows: Int, positions: Int) { (memory?.cache.rowCount ?? 0, memory?.cache.capacity ?? 0) }

    /// Rows are rounded up to a power of two, many of them to 8, and positions to 32, so that a batch that grows does not
    /// move every time.
    func reserve(rows: Int, positions: Int) throws {
        guard rows > room.rows || positions > room.positions else { return }
        let old = lengths.isEmpty ? nil : memory?.cache
        if old == nil { removeAll() }
        var count = 1
        while count < min(rows, 8) { count *= 2 }
        if rows > 8 { count = (rows + 7) / 8 * 8 }
        count = max(count, old?.rowCount ?? 0)
        let cache = try KeyValueCache(
            configuration, rows: count, capacity: max((positions + 31) / 32 * 32, old?.capacity ?? 0), in: space)
        if let old {
            for (row, length) in lengths.enumerated() { cache.copy(row: row, of: old, to: row, positions: 0..<length) }
        }
        memory = Memory(cache: cache, step: try DecoderTensors(configuration, rows: count))
    }

    func append(_ imageEmbeddings: Tensor, prompts: [[Int]], _ options: RunOptions?) throws -> Tensor {
        let (count, promptLength) = (prompts.count, prompts.first?.count ?? 0)
        let length = imageEmbeddings.shape[1] + promptLength
        let tensors = try DecoderTensors(configuration, imageEmbeddings: imageEmbeddings, tokenCount: promptLength)
        try tensors.tokens.fill(prompts.lazy.joined().map(Int64.init))
        try tensors.positions.fill((0..<count * length).lazy.map { Int64($0 % length) })
        try tensors.lastPositions.fill(repeatElement(Int32(length - 1), count: count))
        try tensors.totalLength.fill(CollectionOfOne(Int32(length)))

        let binding = try IOBinding(session: session)
        try tensors.bind(rows: count, to: binding)
        try memory?.cache.bind(rows: lengths.count..<lengths.count + count, to: binding)
        try space.copies?.run(options)
        try session.run(binding, options: options)
        lengths += repeatElement(length, count: count)
        return tensors.logits
    }

    func step(_ tokens: [Int], _ options: RunOptions?) throws -> Tensor {
        let (binding, step) = try stepBinding()
        try step.tokens.fill(tokens.lazy.map(Int64.init))
        try step.positions.fill(lengths.lazy.map(Int64.init))
        try step.lastPositions.fill(lengths.lazy.map(Int32.init))
        try step.totalLength.fill(CollectionOfOne(Int32((lengths.max() ?? 0) + 1)))
        try space.copies?.run(options)
        try session.run(binding, options: options)
        for row in lengths.indices { lengths[row] += 1 }
        return step.logits
    }

    private func stepBinding() throws -> (IOBinding, DecoderTensors) {
        guard var memory else { throw ONNXRuntimeError(.invalidTensor, "There are no rows to go on with.") }
        if let binding = memory.bindings[lengths.count] { return (binding, memory.step) }
        let binding = try IOBinding(session: session)
        try memory.step.bind(rows: lengths.count, to: binding)
        try memory.cache.bind(rows: 0..<lengths.count, to: binding)
        memory.bindings[lengths.count] = binding
        self.memory = memory
        return (binding, memory.step)
    }

    func copy(row: Int, times count: Int) {
        for _ in 0..<count {
            memory.map { $0.cache.copy(row: row, of: $0.cache, to: lengths.count, positions: 0..<lengths[row]) }
            lengths.append(lengths[row])
        }
    }

    func reorder(rows: [Int], parents: [Int], from position: Int) {
        for (row, parent) in zip(rows, parents) where row != parent {
            lengths[row] = lengths[parent]
            memory.map {
                $0.cache.copy(row: parent, of: $0.cache, to: row, positions: min(position, lengths[row])..<lengths[row])
            }
        }
    }

    func remove(at row: Int) {
        let last = lengths.count - 1
        if row != last, let cache = memory?.cache {
            cache.copy(row: last, of: cache, to: row, positions: 0..<lengths[last])
        }
        lengths.swapAt(row, last)
        lengths.removeLast()
        if lengths.isEmpty, let cache = memory?.cache, cache.byteCount > keptBytes { removeAll() }
    }

    func removeAll() {
        lengths = []
        memory = nil
        space.copies?.removeAll()
    }
}
