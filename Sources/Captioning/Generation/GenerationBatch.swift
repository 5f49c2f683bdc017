public import Captioning
public import ONNXRuntime

/// Rows that are decoded together: a row joins between two steps and leaves when it ends.
///
/// A row's tokens are those of a lone run. In the decoder it takes up as many rows as it has beams, or samples.
/// Calls block for as long as the decoder runs, and a batch is used from one thread at a time. After an error the rows
/// are as they were before the call, which may be made again.
public final class DecodingBatch {
    private let model: Blip2Model
    let decoder: any DecoderRows
    private var rows: [Row] = []
    private var finished: [FinishedRow] = []
    private var joinedCount = 0
    /// The time that all steps so far took.
    public private(set) var stepTime = Duration.zero
    /// What of ``stepTime`` choosing tokens took, and bringing beams to where they go on.
    public private(set) var choiceTime = Duration.zero

    public convenience init(_ model: Blip2Model) {
        self.init(model, model.makeDecoderRows())
    }

    /// - Parameter decoder: of the model, without rows.
    init(_ model: Blip2Model, _ decoder: any DecoderRows) {
        self.model = model
        self.decoder = decoder
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
        try decoder.reserve(
            rows: decoder.lengths.count + options.map(\.width).reduce(0, +), positions: positions.max() ?? 0)

        let before = (rows: rows.count, places: decoder.lengths.count)
        var unused: [Int] = []
        do {
            // A run has the scores of the last position only, so its prompts are of one length.
            let groups = Dictionary(grouping: prompts.indices) { prompts[$0].count }
            for group in groups.values.sorted(by: { $0[0] < $1[0] }) {
                let start = ContinuousClock.now
                let firstPlace = decoder.lengths.count
                let logits = try model.cancellable(cancellation) { options in
                    try decoder.append(
                        try Tensor(stacking: group.map { imageEmbeddings[$0] }), prompts: group.map { prompts[$0] },
                        options)
                }
                let firstRow = rows.count
                rows += group.enumerated().map { offset, index in
                    Row(
                        id: RowID(number: joinedCount + index),
                        search: options[index].search(endTokens: model.generation.eosTokenIDs),
                        branches: [
                            Branch(
                                tokens: TokenSequence(context: model.decoderContext(prompt: prompts[index])),
                                place: firstPlace + offset)
                        ], start: stepTime)
                }
                for (offset, index) in group.enumerated() where !imageEmbeddings[index].isFinite {
                    unused += rows[firstRow + offset].fail("vision tower")
                }
                unused += try advance(firstRow..<rows.count, logits, firstPlace: firstPlace)
                let time = ContinuousClock.now - start
                for row in firstRow..<rows.count { rows[row].prefillTime = time }
            }
        } catch {
            while decoder.lengths.count > before.places { decoder.remove(at: decoder.lengths.count - 1) }
            rows.removeLast(rows.count - before.rows)
            throw error
        }
        let ids = prompts.indices.map { RowID(number: joinedCount + $0) }
        joinedCount += ids.count
        takeOutEnded(unused)
        return ids
    }

    /// One token further for every row that has not ended.
    /// - Throws: ``Blip2Error`` for a cancelled run, `ONNXRuntimeError`; then no row has gone on.
    public func step(cancellation: Cancellation? = nil) throws {
        guard !rows.isEmpty else { return }
        let start = ContinuousClock.now
        var tokens = Array(repeating: 0, count: decoder.lengths.count)
        for row in rows {
            for branch in row.branches { tokens[branch.place] = branch.tokens.last }
        }
        let logits = try model.cancellable(cancellation) { try decoder.step(tokens, $0) }
        let middle = ContinuousClock.now
        let unused = try advance(rows.indices, logits, firstPlace: 0)
        let end = ContinuousClock.now
        choiceTime += end - middle
        stepTime += end - start
        takeOutEnded(unused)
    }

    /// The rows that ended since the last call; they have left the batch.
    public func takeFinished() -> [FinishedRow] {
        defer { finished = [] }
        return finished
    }

    /// The new tokens of a row that will stand in its text whatever comes, for those who read along: all so far, or none
    /// where there are beams. None, too, for a row that is not running any more.
    public func tokens(of id: RowID) -> [Int] {
        guard let row = rows.first(where: { $0.id == id }) else { return [] }
        return row.search.certainTokens(row.branches.map(\.tokens))
    }

    /// Takes a row out before it ends. One that is not there any more is not missed.
    public func remove(_ id: RowID) {
        finished.removeAll { $0.id == id }
        guard let index = rows.firstIndex(where: { $0.id == id }) else { return }
        takeOut(rows.remove(at: index).branches.map(\.place))
    }

    /// Takes all rows out, those that ended too, and gives their memory back.
    public func removeAll() {
        rows = []
        finished = []
        decoder.removeAll()
    }

    /// Chooses the next tokens of some rows.
    /// - Parameters:
    ///   - logits: the scores of their branches, [k, V], which are changed.
    ///   - firstPlace: the decoder's row that the first scores belong to.
    /// - Returns: rows of the decoder that nobody needs any more.
    private func advance(_ range: Range<Int>, _ logits: Tensor, firstPlace: Int) throws -> [Int] {
        let size = model.configuration.text.vocabularySize
        return try logits.withElements(of: Float.self) { scores in
            func scoresOf(_ place: Int) -> Scores {
                let start = (place - firstPlace) * size
                return Scores(rebasing: scores[start..<start + size])
            }
            return range.flatMap { (row) -> [Int] in
                guard rows[row].failure == nil else { return [] }
                guard rows[row].branches.allSatisfy({ scoresOf($0.place).isFinite }) else {
                    return rows[row].fail("language model")
                }
                return rows[row].advance(in: decoder, scores: scoresOf)
            }
        }
    }

    /// - Parameter unused: rows of the decoder that nobody needs any more.
    private func takeOutEnded(_ unused: [Int]) {
        finished += rows.filter(\.branches.isEmpty).map { $0.finished(at: stepTime) }
        rows.removeAll(where: \.branches.isEmpty)
        takeOut(unused)
    }

    /// Takes rows of the decoder out; the last one takes the place of each.
    private func takeOut(_ places: [Int]) {
        // From the last one on, so that no row that leaves takes another's place.
        for place in places.sorted(by: >) {
            decoder.remove(at: place)
            let last = decoder.lengths.count
            for row in rows.indices {
                for branch in rows[row].branches.indices where rows[row].branches[branch].place == last {
                    rows[row].branches[branch].place = place
                }
            }
        }
    }
}

extension Blip2Error {
    /// - Parameter stage: what gave the numbers.
    static func notFinite(_ stage: String) -> Blip2Error {
        Blip2Error(
            .invalidOutput,
            "The \(stage) gave numbers that are infinite or none at all, so that there is no caption. If other pictures fare no "
                + "better, the model is damaged: `image-to-song models verify` finds out, and a restart compiles it anew."
        )
    }
}

extension Tensor {
    /// Whether all of its 32-bit floats are numbers, and none is infinite.
    var isFinite: Bool {
        // What is no float cannot be infinite either.
        (try? withElements(of: Float.self) { $0.isFinite }) ?? true
    }

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
