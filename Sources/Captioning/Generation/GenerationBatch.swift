public import Captioning
public import ONNXRuntime

/// Texts that are generated together (continuous batching): a request joins between two steps and leaves when its text ends.
///
/// A request's tokens are those that it would get alone. In the decoder it takes up as many rows as it has beams, or samples.
/// Calls block for as long as the decoder runs, and a batch is used from one thread at a time. After an error the requests
/// are as they were before the call, which may be made again.
public final class GenerationBatch {
    let decoder: any DecoderRunner
    private let configuration: DecoderConfiguration
    private var requests: [Request] = []
    private var finished: [FinishedRequest] = []
    private var joinedCount = 0
    /// The time that all steps so far took.
    public private(set) var stepTime = Duration.zero
    /// What of ``stepTime`` choosing tokens took, and bringing beams to where they go on.
    public private(set) var choiceTime = Duration.zero

    /// - Parameter decoder: without rows, and used by nobody else.
    public init(_ decoder: any DecoderRunner) {
        self.decoder = decoder
        configuration = decoder.configuration
    }

    /// Rows of the decoder that requests take up.
    public var rowCount: Int { decoder.lengths.count }

    /// Requests whose texts are being generated.
    public var requestCount: Int { requests.count }

    /// Runs pictures and their prompts, and chooses the first token of each.
    /// - Parameters:
    ///   - pictures: float32 [1, …] each, as the model's encoder gives them for its decoder.
    ///   - options: one for each picture.
    ///   - cancellation: once it is cancelled, from whichever thread, the call throws `CancellationError`.
    /// - Returns: one for each picture. A request that ends with its first token is among the finished ones already.
    /// - Throws: ``GenerationError`` for options that do not fit the model, `CancellationError`, `ONNXRuntimeError`; then no
    ///   request has joined.
    public func join(
        _ pictures: [Tensor], _ options: [GenerationOptions], cancellation: Cancellation? = nil
    ) throws -> [RequestID] {
        guard pictures.count == options.count else {
            throw GenerationError(
                .invalidInput, "\(pictures.count) pictures were given, with options for \(options.count).")
        }
        let prompts = try options.map(configuration.prompt)
        let positions = zip(prompts, options).map { prompt, options in
            configuration.imageTokenCount + prompt.count + options.maxNewTokens
        }
        try decoder.reserve(
            rows: decoder.lengths.count + options.map(\.width).reduce(0, +), positions: positions.max() ?? 0)

        let before = (requests: requests.count, rows: decoder.lengths.count)
        var unused: [Int] = []
        do {
            // A run gives the logits of the last position only, so its prompts are of one length; and so are its pictures.
            let groups = Dictionary(grouping: prompts.indices) { [prompts[$0].count] + pictures[$0].shape }
            for group in groups.values.sorted(by: { $0[0] < $1[0] }) {
                let start = ContinuousClock.now
                let firstRow = decoder.lengths.count
                let logits = try decoder.prefill(
                    try Tensor(stacking: group.map { pictures[$0] }), prompts: group.map { prompts[$0] },
                    cancellation: cancellation)
                let first = requests.count
                requests += group.enumerated().map { offset, index in
                    Request(
                        id: RequestID(number: joinedCount + index),
                        strategy: options[index].strategy(endTokens: configuration.generation.eosTokenIDs),
                        hypotheses: [
                            Hypothesis(
                                tokens: TokenSequence(context: configuration.context(prompt: prompts[index])),
                                row: firstRow + offset)
                        ], start: stepTime)
                }
                for (offset, index) in group.enumerated() where !pictures[index].isFinite {
                    unused += requests[first + offset].fail("vision tower")
                }
                unused += try advance(first..<requests.count, logits, firstRow: firstRow)
                let time = ContinuousClock.now - start
                for request in first..<requests.count { requests[request].prefillTime = time }
            }
        } catch {
            while decoder.lengths.count > before.rows { decoder.remove(at: decoder.lengths.count - 1) }
            requests.removeLast(requests.count - before.requests)
            throw error
        }
        let ids = prompts.indices.map { RequestID(number: joinedCount + $0) }
        joinedCount += ids.count
        takeOutEnded(unused)
        return ids
    }

    /// One token further for every text that has not ended.
    /// - Throws: `CancellationError`, `ONNXRuntimeError`; then no text has gone on.
    public func step(cancellation: Cancellation? = nil) throws {
        guard !requests.isEmpty else { return }
        let start = ContinuousClock.now
        var tokens = Array(repeating: 0, count: decoder.lengths.count)
        for request in requests {
            for hypothesis in request.hypotheses { tokens[hypothesis.row] = hypothesis.tokens.last }
        }
        let logits = try decoder.step(tokens, cancellation: cancellation)
        let middle = ContinuousClock.now
        let unused = try advance(requests.indices, logits, firstRow: 0)
        let end = ContinuousClock.now
        choiceTime += end - middle
        stepTime += end - start
        takeOutEnded(unused)
    }

    /// Steps until every text has ended.
    /// - Returns: the requests in the order in which they joined.
    public func finish(cancellation: Cancellation? = nil) throws -> [FinishedRequest] {
        while requestCount > 0 { try step(cancellation: cancellation) }
        return takeFinished().sorted { $0.id.number < $1.id.number }
    }

    /// The requests whose texts ended since the last call; they have left the batch.
    public func takeFinished() -> [FinishedRequest] {
        defer { finished = [] }
        return finished
    }

    /// The new tokens of a request that will stand in its text whatever comes, for those who read along: all so far, or none
    /// where there are beams. None, too, for a request that is not running any more.
    public func tokens(of id: RequestID) -> [Int] {
        guard let request = requests.first(where: { $0.id == id }) else { return [] }
        return request.strategy.certainTokens(request.hypotheses.map(\.tokens))
    }

    /// Takes a request out before its text ends. One that is not there any more is not missed.
    public func remove(_ id: RequestID) {
        finished.removeAll { $0.id == id }
        guard let index = requests.firstIndex(where: { $0.id == id }) else { return }
        takeOut(requests.remove(at: index).hypotheses.map(\.row))
    }

    /// Takes all requests out, those that ended too, and gives their memory back.
    public func removeAll() {
        requests = []
        finished = []
        decoder.removeAll()
    }

    /// Chooses the next tokens of some requests.
    /// - Parameters:
    ///   - logits: those of their hypotheses, [k, V], which are changed.
    ///   - firstRow: the decoder's row that the first logits belong to.
    /// - Returns: rows of the decoder that nobody needs any more.
    private func advance(_ range: Range<Int>, _ logits: Tensor, firstRow: Int) throws -> [Int] {
        let size = configuration.vocabularySize
        return try logits.withElements(of: Float.self) { all in
            func logitsOf(_ row: Int) -> Logits {
                let start = (row - firstRow) * size
                return Logits(rebasing: all[start..<start + size])
            }
            return range.flatMap { (index) -> [Int] in
                guard requests[index].failure == nil else { return [] }
                guard requests[index].hypotheses.allSatisfy({ logitsOf($0.row).isFinite }) else {
                    return requests[index].fail("language model")
                }
                return requests[index].advance(in: decoder, logits: logitsOf)
            }
        }
    }

    /// - Parameter unused: rows of the decoder that nobody needs any more.
    private func takeOutEnded(_ unused: [Int]) {
        finished += requests.filter(\.hypotheses.isEmpty).map { $0.finished(at: stepTime) }
        requests.removeAll(where: \.hypotheses.isEmpty)
        takeOut(unused)
    }

    /// Takes rows of the decoder out; the last one takes the place of each.
    private func takeOut(_ rows: [Int]) {
        // From the last one on, so that no row that leaves takes another's place.
        for row in rows.sorted(by: >) {
            decoder.remove(at: row)
            let last = decoder.lengths.count
            for request in requests.indices {
                for index in requests[request].hypotheses.indices
                where requests[request].hypotheses[index].row == last {
                    requests[request].hypotheses[index].row = row
                }
            }
        }
    }
}

extension Tensor {
    /// Whether all of its 32-bit floats are numbers, and none is infinite.
    public var isFinite: Bool {
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
