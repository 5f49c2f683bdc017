import ONNXRuntime

/// Runs the decoder over rows of different lengths that share one key/value cache.
///
/// Single-token steps are bound once for each number of rows; after that a step only writes new numbers into its tensors.
final class DecoderRunner {
    /// What a step of some rows reads and writes.
    private struct Step {
        let binding: IOBinding
        let tokens: Tensor  // [B, 1]
        let positions: Tensor  // [B, 1]
        let lastPositions: Tensor  // [B]
        let totalLength: Tensor  // []
        let logits: Tensor  // [B, V]
    }

    /// Memory is given back when no row is left and there is more of it than this.
    private static let keptBytes = 64 << 20
    /// Room for positions is made in portions of so many.
    private static let portion = 32

    private let session: Session
    private let configuration: OPTConfiguration
    private var cache: KeyValueCache?
    private var steps: [Int: Step] = [:]

    init(session: Session, configuration: OPTConfiguration) {
        self.session = session
        self.configuration = configuration
    }

    /// Makes room for so many rows of so many positions, and keeps what the first rows hold.
    func reserve(rows: Int, capacity: Int, keeping lengths: [Int]) throws {
        guard let cache, !lengths.isEmpty || (cache.rowCapacity >= rows && cache.capacity >= capacity) else {
            self.cache = nil
            steps = [:]
            self.cache = try KeyValueCache(configuration, rows: rows, capacity: Self.rounded(capacity))
            return
        }
        guard rows > cache.rowCapacity || capacity > cache.capacity else { return }
        self.cache = try cache.grown(
            rows: max(rows, cache.rowCapacity), capacity: max(Self.rounded(capacity), cache.capacity),
            keeping: lengths)
        steps = [:]
    }

    /// Runs the decoder over pictures and prompts of one length, whose rows come behind those that are there.
    /// - Parameters:
    ///   - imageEmbeddings: k times [1, Q, E].
    ///   - prompts: k rows of token ids, all of one length.
    /// - Returns: the scores of each row's next token, [k, V].
    func prefill(
        _ imageEmbeddings: [Tensor], prompts: [[Int]], behind first: Int, _ options: RunOptions?
    ) throws -> Tensor {
        let (count, queries) = (prompts.count, imageEmbeddings[0].shape[1])
        let length = queries + prompts[0].count
        let embeddings = try Tensor(.float32, shape: [count] + imageEmbeddings[0].shape.dropFirst())
        for (row, embedding) in imageEmbeddings.enumerated() {
            let target = try embeddings.rows(row..<row + 1)
            embedding.withUnsafeBytes { source in target.withUnsafeMutableBytes { $0.copyMemory(from: source) } }
        }
        let step = try bind(
            embeddings, tokens: try Tensor(prompts.flatMap { $0.map(Int64.init) }, shape: [count, prompts[0].count]),
            positions: try Tensor(
                (0..<count).flatMap { _ in (0..<length).map(Int64.init) }, shape: [count, length]),
            rows: first..<first + count)
        try step.lastPositions.fill([Int32](repeating: Int32(length - 1), count: count))
        try step.totalLength.fill([Int32(length)])
        try session.run(step.binding, options: options)
        return step.logits
    }

    /// Goes one token further with the first rows.
    /// - Parameters:
    ///   - tokens: each row's token.
    ///   - lengths: how many positions of each row are filled.
    /// - Returns: the scores of each row's next token, [B, V]; overwritten by the next step.
    func step(tokens: [Int], lengths: [Int], _ options: RunOptions?) throws -> Tensor {
        let step = try steps[tokens.count] ?? makeStep(rows: tokens.count)
        steps[tokens.count] = step
        try step.tokens.fill(tokens.map(Int64.init))
        try step.positions.fill(lengths.map(Int64.init))
        try step.lastPositions.fill(lengths.map(Int32.init))
        try step.totalLength.fill([Int32((lengths.max() ?? 0) + 1)])
        try session.run(step.binding, options: options)
        return step.logits
    }

    /// Puts a row's positions in the place of another row.
    func move(row: Int, positions: Int, to other: Int) throws {
        guard let cache else { return }
        try cache.copy(row: row, positions: positions, to: cache, row: other)
    }

    /// Says that no row is left.
    func release() {
        guard let cache, cache.byteCount > Self.keptBytes else { return }
        self.cache = nil
        steps = [:]
    }

    private static func rounded(_ capacity: Int) -> Int {
        (capacity + portion - 1) / portion * portion
    }

    private func makeStep(rows: Int) throws -> Step {
        try bind(
            try Tensor(.float32, shape: [rows, 0, configuration.wordEmbeddingSize]),
            tokens: try Tensor(.int64, shape: [rows, 1]), positions: try Tensor(.int64, shape: [rows, 1]),
            rows: 0..<rows)
    }

    private func bind(
        _ imageEmbeddings: Tensor, tokens: Tensor, positions: Tensor, rows: Range<Int>
    ) throws -> Step {
        guard let cache else { throw Blip2Error(.invalidInput, "The decoder was run without room for its rows.") }
        let step = Step(
            binding: try IOBinding(session: session), tokens: tokens, positions: positions,
            lastPositions: try Tensor(.int32, shape: [rows.count]), totalLength: try Tensor(.int32, shape: []),
            logits: try Tensor(.float32, shape: [rows.count, configuration.vocabularySize]))
        try step.binding.bind(input: "image_embeddings", to: imageEmbeddings)
        try step.binding.bind(input: "input_ids", to: tokens)
        try step.binding.bind(input: "position_ids", to: positions)
        try step.binding.bind(input: "last_positions", to: step.lastPositions)
        try step.binding.bind(input: "total_length", to: step.totalLength)
        try step.binding.bind(output: "logits", to: step.logits)
        try cache.bind(rows, to: step.binding)
        return step
    }
}

extension Tensor {
    /// Writes values over the tensor's own, as many as it has.
    fileprivate func fill<Element: TensorElement>(_ values: [Element]) throws {
        try withElements(of: Element.self) { elements in
            for (index, value) in values.enumerated() { elements[index] = value }
        }
    }
}
