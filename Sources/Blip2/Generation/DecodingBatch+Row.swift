extension DecodingBatch {
    /// Names a row of a batch; no other row of that batch has had the name, nor will.
    public struct RowID: Hashable, Sendable {
        /// Counted from the first row that joined.
        let number: Int
    }

    /// What became of a row.
    public struct FinishedRow: Sendable {
        public let id: RowID
        /// The new tokens, the end token included.
        public let ids: [Int]
        /// The row's first run: picture and prompt, up to the first new token.
        public let prefillTime: Duration
        /// All steps that the row took part in.
        public let decodeTime: Duration
    }

    /// A row on its way.
    struct Row {
        let id: RowID
        var search: GreedySearch
        /// What the batch's steps had taken together when the row joined.
        let start: Duration
        var prefillTime = Duration.zero

        /// - Parameter end: what the batch's steps have taken together now.
        func finished(at end: Duration) -> FinishedRow {
            FinishedRow(id: id, ids: search.ids, prefillTime: prefillTime, decodeTime: end - start)
        }
    }
}
