public import ONNXRuntime

/// Rows that are decoded together, each with a length of its own: a row joins between two steps and leaves when it ends.
///
/// The running rows are always the first rows of the key/value cache; where one leaves, the last one takes its place.
/// What a row becomes does not depend on the others. Calls block, and belong on one thread.
public final class DecodingBatch {
    /// Tells the rows of a batch apart.
    public struct RowID: Hashable, Sendable {
        fileprivate let number: Int
    }

    /// A row that has left the batch because it ended.
    public struct FinishedRow: Sendable {
        public let id: RowID
        /// New tokens, the end token included where there is one.
        public let ids: [Int]
        /// The first step: picture and prompt.
        public let prefillTime: Duration
        /// All further steps.
        public let decodeTime: Duration
    }

    /// A row that is being generated.
    private struct Row {
        let id: RowID
        var search: GreedySearch
        /// Positions in the cache.
        var length: Int
        /// The token that the next step begins with.
        var token: Int
        let prefillTime: Duration
        let prefilled: ContinuousClock.Instant
    }

    private let model: Blip2Model
    private let runner: DecoderRunner
    private var rows: [Row] = []
    private var finished: [FinishedRow] = []
    private var nextNumber = 0

    /// Makes an empty batch.
    public init(_ model: Blip2Model) {
        self.model = model
        runner = DecoderRunner(session: model.decoder, configuration: model.configuration.text)
    }

    /// How many rows are being generated.
    public var rowCount: Int { rows.count }

    /// Lets rows join: runs the decoder over their pictures and prompts, and chooses each one's first token.
    /// - Parameters:
    ///   - languageInputs: [k, Q, H], from ``Blip2Model/encode(_:cancellation:)``.
    ///   - options: k options; they are looked at before anything else happens.
    /// - Returns: k ids, in order. A row may have ended already.
    /// - Throws: ``Blip2Error`` for options that do not fit the model or a cancelled run, `ONNXRuntimeError`. Where a run
    ///   failed, ``removeAll()`` makes the batch fit for use again.
    public func join(
        _ languageInputs: Tensor, _ options: [GenerationOptions], cancellation: Cancellation? = nil
    ) throws -> [RowID] {
        let embeddings = try (0..<languageInputs.shape[0]).map { row in
            try model.imageEmbeddings(try languageInputs.rows(row..<row + 1))
        }
        return try join(embeddings, options, cancellation: cancellation) { _, _ in }
    }

    /// Lets rows join whose pictures are given as the decoder takes them: k times [1, Q, E].
    /// - Parameter note: told each row's scores of its first new token, [V], by its place among the k.
    func join(
        _ imageEmbeddings: [Tensor], _ options: [GenerationOptions], cancellation: Cancellation?,
        note: (Int, UnsafeBufferPointer<Float>) -> Void
    ) throws -> [RowID] {
        guard options.count == imageEmbeddings.count else {
            throw Blip2Error(.invalidInput, "\(imageEmbeddings.count) pictures came with \(options.count) options.")
        }
        for option in options { try model.check(option) }
        let prompts = options.map(model.prompt)
        let ids = options.map { _ in
            defer { nextNumber += 1 }
            return RowID(number: nextNumber)
        }
        let capacities = zip(prompts, options).map {
            model.configuration.queryTokenCount + $0.count + $1.maxNewTokens
        }
        try runner.reserve(
            rows: rows.count + options.count, capacity: capacities.max() ?? 0, keeping: rows.map(\.length))
        // The decoder takes rows of one length at a time.
        for (length, places) in Dictionary(grouping: prompts.indices, by: { prompts[$0].count }).sorted(by: {
            $0.key < $1.key
        }) {
            let began = ContinuousClock.now
            let logits = try Blip2Error.translatingCancellation(cancellation) {
                try cancellation?.check()
                return try runner.prefill(
                    places.map { imageEmbeddings[$0] }, prompts: places.map { prompts[$0] }, behind: rows.count,
                    try cancellation?.runOptions(model.runtime))
            }
            let prefilled = ContinuousClock.now
            for (index, place) in places.enumerated() {
                let option = options[place]
                var row = Row(
                    id: ids[place],
                    search: GreedySearch(
                        maxNewTokens: option.maxNewTokens, minNewTokens: option.minNewTokens,
                        endTokens: option.eosTokenIDs ?? model.generation.eosTokenIDs),
                    length: model.configuration.queryTokenCount + length, token: 0, prefillTime: prefilled - began,
                    prefilled: prefilled)
                try logits.withRow(index) { scores in
                    note(place, scores)
                    row.token = row.search.choose(scores)
                }
                rows.append(row)
            }
            try retire()
        }
        return ids
    }

    /// Goes one token further with every row.
    /// - Throws: as ``join(_:_:cancellation:)``.
    public func step(cancellation: Cancellation? = nil) throws {
        guard !rows.isEmpty else { return }
        try Blip2Error.translatingCancellation(cancellation) {
            try cancellation?.check()
            let logits = try runner.step(
                tokens: rows.map(\.token), lengths: rows.map(\.length),
                try cancellation?.runOptions(model.runtime))
            for index in rows.indices {
                rows[index].length += 1
                try logits.withRow(index) { rows[index].token = rows[index].search.choose($0) }
            }
        }
        try retire()
    }

    /// The rows that ended since the last call; they are not in the batch any more.
    public func takeFinished() -> [FinishedRow] {
        defer { finished = [] }
        return finished
    }

    /// Takes a row out before it ends.
    public func remove(_ id: RowID) {
        guard let index = rows.firstIndex(where: { $0.id == id }) else { return }
        // Moving rows of a cache that exists cannot fail.
        try? removeRow(at: index)
    }

    /// Takes all rows out, those that ended included.
    public func removeAll() {
        rows = []
        finished = []
        runner.release()
    }

    /// Moves the rows that have ended out of the batch.
    private func retire() throws {
        let now = ContinuousClock.now
        for index in rows.indices.reversed() where rows[index].search.isFinished {
            let row = rows[index]
            finished.append(
                FinishedRow(
                    id: row.id, ids: row.search.ids, prefillTime: row.prefillTime, decodeTime: now - row.prefilled))
            try removeRow(at: index)
        }
    }

    private func removeRow(at index: Int) throws {
        let last = rows.removeLast()
        if index < rows.count {
            try runner.move(row: rows.count, positions: last.length, to: index)
            rows[index] = last
        }
        if rows.isEmpty { runner.release() }
    }
}

extension Tensor {
    /// Runs `body` with one row of a tensor of floats.
    fileprivate func withRow<Result>(
        _ row: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) throws -> Result {
        try rows(row..<row + 1).withElements(of: Float.self) { try body(UnsafeBufferPointer($0)) }
    }
}
