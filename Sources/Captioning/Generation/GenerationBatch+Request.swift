extension DecodingBatch {
    /// Names a row of a batch; no other row of that batch has had the name, nor will.
    public struct RowID: Hashable, Sendable {
        /// Counted from the first row that joined.
        let number: Int
    }

    /// What became of a row.
    public struct FinishedRow: Sendable {
        public let id: RowID
        /// Why there is no text: `invalidOutput` where the networks gave no numbers for this row.
        public let failure: Blip2Error?
        /// The texts: as many as were asked for, the best one first; none after a failure, else at least one.
        public let sequences: [GeneratedSequence]
        /// The row's first run: picture and prompt, up to the first new token.
        public let prefillTime: Duration
        /// All steps that the row took part in.
        public let decodeTime: Duration

        /// The new tokens of the best text, the end token included.
        public var ids: [Int] { sequences.first?.ids ?? [] }
    }

    /// A row on its way: one text, which has several branches where it is searched for with beams.
    struct Row {
        let id: RowID
        var search: any Searching
        /// In the search's order; none when the text has ended.
        var branches: [Branch]
        /// What the batch's steps had taken together when the row joined.
        let start: Duration
        var prefillTime = Duration.zero
        var failure: Blip2Error?

        /// - Parameter end: what the batch's steps have taken together now.
        func finished(at end: Duration) -> FinishedRow {
            FinishedRow(
                id: id, failure: failure, sequences: failure == nil ? search.results : [], prefillTime: prefillTime,
                decodeTime: end - start)
        }

        /// Ends the row without a text.
        /// - Returns: its rows of the decoder.
        mutating func fail(_ stage: String) -> [Int] {
            failure = .notFinite(stage)
            defer { branches = [] }
            return branches.map(\.place)
        }
    }

    /// One way in which a text goes on.
    struct Branch {
        var tokens: TokenSequence
        /// Its row in the decoder.
        var place: Int
    }
}

extension DecodingBatch.Row {
    /// Chooses the branches' next tokens, and puts each branch where it goes on in the decoder.
    /// - Parameter scores: the scores of the branch in a row of the decoder.
    /// - Returns: rows of the decoder that nobody needs any more.
    mutating func advance(in decoder: any DecoderRows, scores: (Int) -> Scores) -> [Int] {
        let continuations = search.choose(
            branches.map { ScoredBranch(tokens: $0.tokens, scores: scores($0.place)) })
        if branches.count == 1, continuations.count == 1 {
            branches[0].tokens.append(continuations[0].token)
            return []
        }
        let placement = BranchPlacement(parents: continuations.map(\.parent), count: branches.count)
        let before = branches
        branches = zip(continuations, placement.places).map { continuation, place in
            let parent = before[continuation.parent]
            return DecodingBatch.Branch(
                tokens: parent.tokens.appending(continuation.token),
                place: decoder.place(parent, at: place, branches: before))
        }
        return placement.unused.map { before[$0].place }
    }
}

extension DecoderRows {
    /// Brings the state of a branch to the row where it goes on.
    /// - Returns: that row.
    fileprivate func place(
        _ parent: DecodingBatch.Branch, at place: BranchPlacement.Place, branches: [DecodingBatch.Branch]
    ) -> Int {
        switch place {
        case .parent: return parent.place
        case .new:
            copy(row: parent.place, times: 1)
            return lengths.count - 1
        case .branch(let index):
            let given = branches[index]
            // Everything up to the branches' fork is equal: the context, and the new tokens that they share.
            let own = parent.tokens.newCount - parent.tokens.commonNewCount(given.tokens)
            reorder(rows: [given.place], parents: [parent.place], from: lengths[parent.place] - own)
            return given.place
        }
    }
}
