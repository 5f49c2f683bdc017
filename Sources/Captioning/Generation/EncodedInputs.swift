import ONNXRuntime

/// What an encoder gave for cross-attention, once for each input, however many rows of the decoder look at it: beams and
/// samples of one picture share it.
///
/// Inputs are the entries of one memory, which grows; an entry is free again when the last row that looks at it is gone.
public struct EncodedInputs {
    /// The keys and values of all entries; nil where there were none yet.
    public private(set) var memory: KeyValueCache?
    /// Counts how often ``memory`` became another one, so that what was bound to it is void.
    public private(set) var version = 0
    /// The entry that each row of the decoder looks at, in the order of the rows.
    public private(set) var entries: [Int] = []
    /// Positions of the input that each row looks at.
    public var lengths: [Int] { entries.map { inputLengths[$0] } }

    /// By entry: rows that look at it.
    private var users: [Int] = []
    /// By entry: positions of the input.
    private var inputLengths: [Int] = []
    private let shape: KeyValueCache.Shape
    private let space: CacheSpace
    private let keptBytes: Int

    /// - Parameters:
    ///   - shape: of a position.
    ///   - keptBytes: the most bytes of memory that are kept for later inputs when there are none.
    public init(_ shape: KeyValueCache.Shape, in space: CacheSpace, keptBytes: Int) {
        (self.shape, self.space, self.keptBytes) = (shape, space, keptBytes)
    }

    /// Memory for new inputs that an encoder is about to write; until ``append(_:)`` it belongs to nobody.
    public struct NewInputs {
        /// [count, positions, heads × D] of each layer.
        public let cache: KeyValueCache
        let positions: Int
        /// Where they are: neighbours in the memory.
        let entries: Range<Int>
        /// Whether they lie there, or have to be copied.
        let isInPlace: Bool
    }

    /// Makes room for `count` inputs of `positions` each.
    public mutating func make(_ count: Int, positions: Int) throws -> NewInputs {
        if positions > memory?.capacity ?? 0 || freeEntries(count) == nil {
            try grow(by: count, positions: positions)
        }
        guard let memory, let entries = freeEntries(count) else { throw ONNXRuntimeError.noRows }
        let isInPlace = positions == memory.capacity
        let cache =
            isInPlace
            ? try memory.rows(entries) : try KeyValueCache(shape, rows: count, capacity: positions, in: space)
        return NewInputs(cache: cache, positions: positions, entries: entries, isInPlace: isInPlace)
    }

    /// Gives new inputs to as many new rows of the decoder, behind the others.
    public mutating func append(_ new: NewInputs) {
        for (index, entry) in new.entries.enumerated() {
            if !new.isInPlace { memory?.copy(row: index, of: new.cache, to: entry, positions: 0..<new.positions) }
            users[entry] = 1
            inputLengths[entry] = new.positions
        }
        entries += new.entries
    }

    /// As ``DecoderRunner/copy(row:times:)``: nothing is copied.
    public mutating func copy(row: Int, times count: Int) {
        users[entries[row]] += count
        entries += Array(repeating: entries[row], count: count)
    }

    /// As ``DecoderRunner/remove(at:)``.
    public mutating func remove(at row: Int) {
        users[entries[row]] -= 1
        entries.swapAt(row, entries.count - 1)
        entries.removeLast()
        if entries.isEmpty, memory?.byteCount ?? 0 > keptBytes { removeAll() }
    }

    /// As ``DecoderRunner/removeAll()``.
    public mutating func removeAll() {
        (memory, entries, users, inputLengths) = (nil, [], [], [])
        version += 1
    }

    private func freeEntries(_ count: Int) -> Range<Int>? {
        guard users.count >= count else { return nil }
        return (0...users.count - count).lazy.map { $0..<$0 + count }.first { $0.allSatisfy { users[$0] == 0 } }
    }

    /// Makes a larger memory, and brings the inputs that rows look at to its beginning.
    private mutating func grow(by count: Int, positions: Int) throws {
        let used = users.indices.filter { users[$0] > 0 }
        // Without inputs the old memory goes first, so that both need not fit in.
        if used.isEmpty { removeAll() }
        let old = memory
        let capacity = max(positions, used.isEmpty ? 0 : old?.capacity ?? 0)
        // At least twice as many where it grows again and again; what nobody writes to takes no memory.
        let rows = max(used.count + count, used.isEmpty ? 0 : 2 * (old?.rowCount ?? 0))
        let new = try KeyValueCache(shape, rows: rows, capacity: capacity, in: space)
        for (target, entry) in used.enumerated() {
            if let old { new.copy(row: entry, of: old, to: target, positions: 0..<inputLengths[entry]) }
        }
        let targets = Dictionary(uniqueKeysWithValues: zip(used, 0...))
        entries = entries.map { targets[$0] ?? 0 }
        let free = Array(repeating: 0, count: rows - used.count)
        users = used.map { users[$0] } + free
        inputLengths = used.map { inputLengths[$0] } + free
        memory = new
        version += 1
    }
}
