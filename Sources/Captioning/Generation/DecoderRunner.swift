import ONNXRuntime

/// The decoder at work on rows of their own lengths: new rows come behind the others, all go on a token a step, and
/// the last row takes the place of one that leaves.
protocol DecoderRows: AnyObject {
    /// Positions of the decoder filled in each row.
    var lengths: [Int] { get }

    /// Rows, and positions of the decoder, that there is memory for.
    var room: (rows: Int, positions: Int) { get }

    /// Makes room for `rows` rows in all; those that are there move over.
    /// - Parameter positions: of picture, prompt and new tokens together.
    func reserve(rows: Int, positions: Int) throws

    /// Runs pictures and what follows them as new rows behind the others; there has to be room.
    /// - Parameters:
    ///   - imageEmbeddings: [k, Q, E].
    ///   - prompts: k rows of token ids, all of one length.
    /// - Returns: the scores of each new row's next token, [k, V].
    func append(_ imageEmbeddings: Tensor, prompts: [[Int]], _ options: RunOptions?) throws -> Tensor

    /// One token further for every row.
    /// - Parameter tokens: the token that each row goes on with.
    /// - Returns: the scores of each row's next token, [B, V] and perhaps more behind; overwritten by the next step.
    func step(_ tokens: [Int], _ options: RunOptions?) throws -> Tensor

    /// Makes new rows behind the others, all in the state of one that is there; there has to be room.
    func copy(row: Int, times count: Int)

    /// Gives rows the state of other rows of the same picture and prompt.
    /// - Parameters:
    ///   - rows: rows that are given up.
    ///   - parents: for each of them the row whose state it takes; not one that is given up in the same call, unless it
    ///     is the row itself.
    ///   - position: a row and its parent have what stands in front of this position in common.
    func reorder(rows: [Int], parents: [Int], from position: Int)

    /// Takes a row out; the last one takes its place.
    func remove(at row: Int)

    /// Takes all rows out and gives the memory back.
    func removeAll()
}
