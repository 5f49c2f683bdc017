public import ONNXRuntime

/// Rows that are decoded together: a row joins between two steps and leaves when it ends.
///
/// A row's tokens are those of a lone run. Calls block for as long as the decoder runs, and a batch is used from one
/// thread at a time. After an error the rows are as they were before the call, which may be made again.
public final class DecodingBatch {
    private let model: Blip2Model
    let decoder: any DecoderRows
    /// In the order of the decoder's rows.
    private var rows: [Row] = []
    private var finished: [FinishedRow] = []
    private var joinedCount = 0
    /// The time that all steps so far took.
    private var stepTime = Duration.zero

    public init(_ model: Blip2Model) {
        self.model = model
        decoder = model.makeDecoderRows()
    }

    /// Rows that are being generated.
    public var rowCount: Int { rows.count }

    /// Runs pictures and their prompts, and chooses each new row's first token.
    /// - Parameters:
    ///   - languageInputs: [k, Q, H], from ``Blip2Model/encode(_:cancellation:)``.
    ///   - options: one for each of the k rows.
    /// - Returns: one for each of the k rows. A row that ends with its first token is among the finished ones already.
    /// - Throws: ``Blip2Error`` for inputs or options that do not fit the model or a cancelled run,
    ///   `ONNXRuntimeError`; then no row has joined.
    public func join(
        _ languageInputs: Tensor, _ options: [GenerationOptions], cancellation: Cancellation? = nil
    ) throws -> [RowID] {
        let wanted = [options.count, model.configuration.queryTokenCount, model.configuration.text.hiddenSize]
        guard languageInputs.elementType == .float32, languageInputs.shape == wanted else {
            throw Blip2Error(
                .invalidInput,
                "Language inputs of shape \(languageInputs.shape) were given; \(options.count) rows of this model take "
                    + "float32 \(wanted).")
        }
        return try join(
            imageEmbeddings: try model.imageEmbeddings(languageInputs), options, cancellation: cancellation)
    }

    /// As ``join(_:_:cancellation:)``, with each picture as the decoder takes it, [1, Q, E].
    func join(
        imageEmbeddings: [Tensor], _ options: [GenerationOptions], cancellation: Cancellation?
    ) throws -> [RowID] {
        let prompts = try options.map(model.prompt)
        let positions = zip(prompts, options).map { prompt, options in
            model.configuration.queryTokenCount + prompt.count + options.maxNewTokens
        }
        try decoder.reserve(rows: rows.count + prompts.count, positions: positions.max() ?? 0)

        let before = rows.count
        do {
            // A run has the scores of the last position only, so its prompts are of one length.
            let groups = Dictionary(grouping: prompts.indices) { prompts[$0].count }
            for group in groups.values.sorted(by: { $0[0] < $1[0] }) {
                let start = ContinuousClock.now
                let logits = try model.cancellable(cancellation) { options in
                    try decoder.append(
                        try Tensor(stacking: group.map { imageEmbeddings[$0] }), prompts: group.map { prompts[$0] },
                        options)
                }
                rows += group.map {
                    Row(
                        id: RowID(number: joinedCount + $0),
                        search: GreedySearch(options[$0], endTokens: model.generation.eosTokenIDs), start: stepTime)
                }
                try choose(logits, from: rows.count - group.count)
                let time = ContinuousClock.now - start
                for row in rows.indices.suffix(group.count) { rows[row].prefillTime = time }
            }
        } catch {
            while decoder.lengths.count > before { decoder.remove(at: decoder.lengths.count - 1) }
            rows.removeLast(rows.count - before)
            throw error
        }
        let ids = prompts.indices.map { RowID(number: joinedCount + $0) }
        joinedCount += ids.count
        takeOutEnded()
        return ids
    }

    /// One token further for every row that has not ended.
    /// - Throws: ``Blip2Error`` for a cancelled run, `ONNXRuntimeError`; then no row has gone on.
    public func step(cancellation: Cancellation? = nil) throws {
        guard !rows.isEmpty else { return }
        let start = ContinuousClock.now
        let tokens = rows.map(\.search.lastID)
        let logits = try model.cancellable(cancellation) { try decoder.step(tokens, $0) }
        try choose(logits, from: 0)
        stepTime += ContinuousClock.now - start
        takeOutEnded()
    }

    /// The rows that ended since the last call; they have left the batch.
    public func takeFinished() -> [FinishedRow] {
        defer { finished = [] }
        return finished
    }

    /// Takes a row out before it ends. One that is not there any more is not missed.
    public func remove(_ id: RowID) {
        finished.removeAll { $0.id == id }
        if let row = rows.firstIndex(where: { $0.id == id }) { takeOut(row) }
    }

    /// Takes all rows out, those that ended too, and gives their memory back.
    public func removeAll() {
        rows = []
        finished = []
        decoder.removeAll()
    }

    /// Chooses the next token of the rows from `first` on.
    /// - Parameter logits: the scores of these rows, [k, V].
    private func choose(_ logits: Tensor, from first: Int) throws {
        let size = model.configuration.text.vocabularySize
        try logits.withElements(of: Float.self) { scores in
            for row in first..<rows.count {
                let start = (row - first) * size
                rows[row].search.choose(UnsafeBufferPointer(rebasing: scores[start..<start + size]))
            }
        }
    }

    private func takeOutEnded() {
        // From the last one on, so that no row that has ended takes another's place.
        for (index, row) in rows.enumerated().reversed() where row.search.isFinished {
            finished.append(row.finished(at: stepTime))
            takeOut(index)
        }
    }

    /// The last row takes the place of the one that leaves, here and in the decoder.
    private func takeOut(_ row: Int) {
        decoder.remove(at: row)
        rows.swapAt(row, rows.count - 1)
        rows.removeLast()
    }
}

extension Tensor {
    /// A float32 tensor of rows, one behind the other.
    fileprivate convenience init(stacking rows: [Tensor]) throws {
        try self.init(.float32, shape: [rows.count] + (rows.first?.shape.dropFirst() ?? []))
        for (index, row) in rows.enumerated() {
            try self.rows(index..<index + 1).withUnsafeMutableBytes { target in
                row.withUnsafeBytes { target.copyMemory(from: $0) }
            }
        }
    }
}
