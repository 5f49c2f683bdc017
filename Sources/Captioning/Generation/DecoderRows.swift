public import ONNXRuntime

/// The rows that a decoder is at work on, and the memory of their keys and values: what all decoders with a key/value cache
/// have in common.
///
/// The rows are the first ones of the memory at all times, so that a step binds them as one tensor. Positions behind a
/// row's length may hold anything, as after a run that failed: they are written before they are looked at.
public struct DecoderRows {
    /// Positions of the decoder that are filled in each row.
    public private(set) var lengths: [Int] = []
    /// Positions of the encoder that each row looks at; 0 without an encoder.
    public private(set) var encodedLengths: [Int] = []
    /// The keys and values of the decoder's positions; nil where nothing is reserved.
    public private(set) var cache: KeyValueCache?
    /// The keys and values that the encoder gave for cross-attention; nil without an encoder, too.
    public private(set) var encoded: KeyValueCache?
    /// What a step binds, by the number of rows. Steps make it once; it is void where the memory moves.
    public var bindings: [Int: IOBinding] = [:]

    private let shape: KeyValueCache.Shape
    private let encodedShape: KeyValueCache.Shape?
    private let space: CacheSpace
    private let keptBytes: Int

    /// - Parameters:
    ///   - shape: of a position of the decoder.
    ///   - encodedShape: of a position of the encoder; nil where there is none.
    ///   - space: where the memory lies.
    ///   - keptBytes: the most bytes of memory that are kept for later rows when there are none.
    public init(
        _ shape: KeyValueCache.Shape, encoded encodedShape: KeyValueCache.Shape? = nil, in space: CacheSpace,
        keptBytes: Int
    ) {
        self.shape = shape
        self.encodedShape = encodedShape
        self.space = space
        self.keptBytes = keptBytes
    }

    /// Rows, and positions of the decoder, that there is memory for.
    public var capacity: (rows: Int, positions: Int) { (cache?.rowCount ?? 0, cache?.capacity ?? 0) }

    /// Makes memory for rows, unless there is enough; those that are there move over.
    ///
    /// Rows are rounded up to a power of two, many of them to 8, and positions to 32 or, of the encoder, 16, so that a batch
    /// that grows does not move every time.
    /// - Parameters:
    ///   - positions: of the decoder.
    ///   - encodedPositions: of the encoder.
    ///   - prepare: makes what else a step needs for so many rows and positions. What it throws leaves the rows as they were.
    public mutating func reserve(
        rows: Int, positions: Int, encodedPositions: Int = 1, prepare: (_ rows: Int, _ positions: Int) throws -> Void
    ) throws {
        let isEncodedShort = encodedShape != nil && encodedPositions > encoded?.capacity ?? 0
        guard rows > capacity.rows || positions > capacity.positions || isEncodedShort else { return }
        // Without rows the old memory goes first, so that both need not fit in.
        if lengths.isEmpty { removeAll() }
        let rows = Self.rounded(rows: max(rows, capacity.rows))
        let positions = (max(positions, capacity.positions) + 31) / 32 * 32
        let encodedPositions = (max(encodedPositions, encoded?.capacity ?? 0) + 15) / 16 * 16
        let new = try KeyValueCache(shape, rows: rows, capacity: positions, in: space)
        let newEncoded = try encodedShape.map {
            try KeyValueCache($0, rows: rows, capacity: encodedPositions, in: space)
        }
        try prepare(rows, positions)
        for row in lengths.indices {
            if let cache { new.copy(row: row, of: cache, to: row, positions: 0..<lengths[row]) }
            if let encoded { newEncoded?.copy(row: row, of: encoded, to: row, positions: 0..<encodedLengths[row]) }
        }
        (cache, encoded, bindings) = (new, newEncoded, [:])
    }

    private static func rounded(rows: Int) -> Int {
        if rows > 8 { return (rows + 7) / 8 * 8 }
        var count = 1
        while count < rows { count *= 2 }
        return count
    }

    /// Zero-filled memory for what an encoder gives for `rows` rows; nil without an encoder.
    public func makeEncoded(rows: Int, positions: Int) throws -> KeyValueCache? {
        try encodedShape.map { try KeyValueCache($0, rows: rows, capacity: positions, in: space) }
    }

    /// Makes the copies of rows that were asked for, where only the device can: before each run of a network.
    public func makeCopies(_ options: RunOptions?) throws { try space.copies?.run(options) }

    /// The range of `count` new rows behind the others.
    public func next(_ count: Int) -> Range<Int> { lengths.count..<lengths.count + count }

    /// Notes new rows, whose positions were written by a run.
    /// - Parameter encoded: what the encoder gave for them, as many positions in each row as it has; it is copied.
    public mutating func append(_ count: Int, length: Int, encoded given: KeyValueCache? = nil) {
        if let given {
            for row in 0..<count {
                encoded?.copy(row: row, of: given, to: lengths.count + row, positions: 0..<given.capacity)
            }
        }
        lengths += repeatElement(length, count: count)
        encodedLengths += repeatElement(given?.capacity ?? 0, count: count)
    }

    /// Notes one position more in each row, written by a step.
    public mutating func advance() {
        for row in lengths.indices { lengths[row] += 1 }
    }

    /// As ``DecoderRunner/copy(row:times:)``.
    public mutating func copy(row: Int, times count: Int) {
        for _ in 0..<count {
            copy(row: row, to: lengths.count)
            lengths.append(lengths[row])
            encodedLengths.append(encodedLengths[row])
        }
    }

    /// As ``DecoderRunner/reorder(rows:parents:from:)``. What the encoder gave is the same in all rows of a picture, and stays.
    public mutating func reorder(rows: [Int], parents: [Int], from position: Int) {
        for (row, parent) in zip(rows, parents) where row != parent {
            lengths[row] = lengths[parent]
            if let cache {
                cache.copy(row: parent, of: cache, to: row, positions: min(position, lengths[row])..<lengths[row])
            }
        }
    }

    /// As ``DecoderRunner/remove(at:)``.
    public mutating func remove(at row: Int) {
        let last = lengths.count - 1
        if row != last { copy(row: last, to: row) }
        lengths.swapAt(row, last)
        lengths.removeLast()
        encodedLengths.swapAt(row, last)
        encodedLengths.removeLast()
        let byteCount = (cache?.byteCount ?? 0) + (encoded?.byteCount ?? 0)
        if lengths.isEmpty, byteCount > keptBytes { removeAll() }
    }

    /// As ``DecoderRunner/removeAll()``.
    public mutating func removeAll() {
        (lengths, encodedLengths, bindings) = ([], [], [:])
        (cache, encoded) = (nil, nil)
        space.copies?.removeAll()
    }

    private func copy(row: Int, to target: Int) {
        if let cache { cache.copy(row: row, of: cache, to: target, positions: 0..<lengths[row]) }
        if let encoded { encoded.copy(row: row, of: encoded, to: target, positions: 0..<encodedLengths[row]) }
    }
}

/// A decoder whose rows are kept as ``DecoderRows``.
public protocol CachedDecoderRunner: DecoderRunner {
    var rows: DecoderRows { get set }
}

extension CachedDecoderRunner {
    public var lengths: [Int] { rows.lengths }

    public var capacity: (rows: Int, positions: Int) { rows.capacity }

    public func copy(row: Int, times count: Int) { rows.copy(row: row, times: count) }

    public func reorder(rows: [Int], parents: [Int], from position: Int) {
        self.rows.reorder(rows: rows, parents: parents, from: position)
    }

    public func remove(at row: Int) { rows.remove(at: row) }

    public func removeAll() { rows.removeAll() }
}

extension ONNXRuntimeError {
    /// Memory has to be reserved before rows can run.
    public static var noRows: ONNXRuntimeError { ONNXRuntimeError(.invalidTensor, "There are no rows to go on with.") }
}
