extension GenerationBatch {
    /// Names a request of a batch; no other request of that batch has had the name, nor will.
    public struct RequestID: Hashable, Sendable {
        /// Counted from the first request that joined.
        let number: Int
    }

    /// What became of a request.
    public struct FinishedRequest: Sendable {
        public let id: RequestID
        /// Why there is no text: `invalidOutput` where the networks gave no numbers for this request.
        public let failure: GenerationError?
        /// The texts: as many as were asked for, the best one first; none after a failure, else at least one.
        public let sequences: [GeneratedSequence]
        /// The request's first run: picture and prompt, up to the first new token.
        public let prefillTime: Duration
        /// All steps that the request took part in.
        public let decodeTime: Duration

        /// The new tokens of the best text, the end token included.
        public var ids: [Int] { sequences.first?.ids ?? [] }
    }

    /// A request whose text is being generated: one hypothesis, or several with beams and samples.
    struct Request {
        let id: RequestID
        var strategy: any DecodingStrategy
        /// In the strategy's order; none when the text has ended.
        var hypotheses: [Hypothesis]
        /// What the batch's steps had taken together when the request joined.
        let start: Duration
        var prefillTime = Duration.zero
        var failure: GenerationError?

        /// - Parameter end: what the batch's steps have taken together now.
        func finished(at end: Duration) -> FinishedRequest {
            FinishedRequest(
                id: id, failure: failure, sequences: failure == nil ? strategy.results : [], prefillTime: prefillTime,
                decodeTime: end - start)
        }

        /// Ends the request without a text.
        /// - Returns: its rows of the decoder.
        mutating func fail(_ stage: String) -> [Int] {
            failure = .notFinite(stage)
            defer { hypotheses = [] }
            return hypotheses.map(\.row)
        }
    }

    /// One way in which a text goes on.
    struct Hypothesis {
        var tokens: TokenSequence
        /// Its row in the decoder.
        var row: Int
    }
}

extension GenerationBatch.Request {
    /// Chooses the hypotheses' next tokens, and brings each to the row where it goes on in the decoder.
    /// - Parameter logits: those of the hypothesis in a row of the decoder.
    /// - Returns: rows of the decoder that nobody needs any more.
    mutating func advance(in decoder: any DecoderRunner, logits: (Int) -> Logits) -> [Int] {
        let continuations = strategy.advance(
            hypotheses.map { ScoredHypothesis(tokens: $0.tokens, logits: logits($0.row)) })
        if hypotheses.count == 1, continuations.count == 1 {
            let next = continuations[0]
            hypotheses[0].tokens.append(next.token, logProbability: next.logProbability)
            return []
        }
        let placement = RowPlacement(parents: continuations.map(\.parent), count: hypotheses.count)
        let before = hypotheses
        hypotheses = zip(continuations, placement.targets).map { continuation, target in
            let parent = before[continuation.parent]
            return GenerationBatch.Hypothesis(
                tokens: parent.tokens.appending(continuation),
                row: decoder.bring(parent, to: target, of: before))
        }
        return placement.unused.map { before[$0].row }
    }
}

extension DecoderRunner {
    /// Brings the state of a hypothesis to the row where it goes on.
    /// - Returns: that row.
    fileprivate func bring(
        _ parent: GenerationBatch.Hypothesis, to target: RowPlacement.Target,
        of hypotheses: [GenerationBatch.Hypothesis]
    ) -> Int {
        switch target {
        case .parent: return parent.row
        case .new:
            copy(row: parent.row, times: 1)
            return lengths.count - 1
        case .hypothesis(let index):
            let given = hypotheses[index]
            // Everything up to the fork is equal: the context, and the new tokens that both share.
            let own = parent.tokens.newCount - parent.tokens.commonNewCount(given.tokens)
            reorder(rows: [given.row], parents: [parent.row], from: lengths[parent.row] - own)
            return given.row
        }
    }
}

/// Where the hypotheses of one text go on in the decoder's memory, so that as little as may be is copied.
///
/// A hypothesis that goes on at all goes on in its own row. Where it goes on more than once, the others take the rows of
/// hypotheses that ended, and new ones where there are not enough. So beams that merely change their order copy nothing.
struct RowPlacement: Equatable {
    enum Target: Equatable {
        /// The row of the parent.
        case parent
        /// The row of another hypothesis, which does not go on.
        case hypothesis(Int)
        /// A row that has to be made.
        case new
    }

    /// One for each hypothesis that goes on.
    private(set) var targets: [Target] = []
    /// Hypotheses whose rows nobody needs any more.
    private(set) var unused: [Int]

    /// - Parameters:
    ///   - parents: for each hypothesis that goes on, the one that it continues.
    ///   - count: hypotheses so far.
    init(parents: [Int], count: Int) {
        let goingOn = Set(parents)
        unused = (0..<count).filter { !goingOn.contains($0) }
        var isKept = Array(repeating: false, count: count)
        for parent in parents {
            if !isKept[parent] {
                isKept[parent] = true
                targets.append(.parent)
            } else if unused.isEmpty {
                targets.append(.new)
            } else {
                targets.append(.hypothesis(unused.removeFirst()))
            }
        }
    }
}
