public import Captioning
public import ONNXRuntime

/// A language model's decoder at work on rows of their own lengths: new rows come behind the others, all go on by a token a
/// step, and the last row takes the place of one that leaves.
///
/// This is what ``GenerationBatch`` asks of a model, and all that it knows of one. Calls come from one thread at a time and
/// block for as long as the networks run. A call that throws leaves the rows as they were, and can be made again.
public protocol DecoderRunner: AnyObject {
    /// The vocabulary, the limits and the special tokens.
    var configuration: DecoderConfiguration { get }

    /// Positions of the decoder that are filled in each row.
    var lengths: [Int] { get }

    /// Rows, and positions of each, that there is memory for.
    var capacity: (rows: Int, positions: Int) { get }

    /// Makes memory for `rows` rows in all; those that are there move over.
    /// - Parameter positions: of picture, prompt and new tokens together.
    func reserve(rows: Int, positions: Int) throws

    /// Runs pictures and prompts as new rows behind the others; there has to be memory for them.
    /// - Parameters:
    ///   - pictures: float32 [k, …], as the model's own encoder gives them.
    ///   - prompts: k rows of token ids, all of one length.
    ///   - cancellation: once it is cancelled, the call throws `CancellationError`.
    /// - Returns: float32 [k, V]: the logits of each new row's next token, which the caller may change.
    func prefill(_ pictures: Tensor, prompts: [[Int]], cancellation: Cancellation?) throws -> Tensor

    /// What the text encoder makes of pictures and prompts; nil where there is no such encoder. Only comparisons ask for it.
    /// - Parameters: as in ``prefill(_:prompts:cancellation:)``.
    /// - Returns: float32 [k, L, H].
    func encoderHiddenState(_ pictures: Tensor, prompts: [[Int]]) throws -> Tensor?

    /// One token further for every row.
    /// - Parameters:
    ///   - tokens: the token that each row goes on with.
    ///   - cancellation: as in ``prefill(_:prompts:cancellation:)``.
    /// - Returns: float32 [B, V] and perhaps more behind: the logits of each row's next token, which the caller may change;
    ///   overwritten by the next step.
    func step(_ tokens: [Int], cancellation: Cancellation?) throws -> Tensor

    /// Makes new rows behind the others, all in the state of one that is there; there has to be memory for them.
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

extension DecoderRunner {
    public func encoderHiddenState(_ pictures: Tensor, prompts: [[Int]]) throws -> Tensor? { nil }
}

extension Runtime {
    /// Runs networks, unless the work was cancelled already; a failure after a cancellation is a `CancellationError`.
    /// - Parameter body: is given what each network's run has to be given.
    public func cancellable<Result>(
        _ cancellation: Cancellation?, _ body: (RunOptions?) throws -> Result
    ) throws -> Result {
        guard let cancellation else { return try body(nil) }
        let options = try RunOptions(runtime: self)
        return try cancellation.withHandler(stop: options.cancel) { try body(options) }
    }
}
