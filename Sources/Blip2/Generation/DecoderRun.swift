import ONNXRuntime

/// One batch on its way through the decoder: the picture and the prompt first, then a token a step.
///
/// All rows have the same length. Every tensor is bound once, or once for the first step and once for all others;
/// a step only writes new numbers into them.
final class DecoderRun {
    private let session: Session
    private let configuration: OPTConfiguration
    private let batch: Int
    private let cache: KeyValueCache
    private let lastPositions: Tensor
    private let totalLength: Tensor
    private let logits: Tensor
    /// The binding of single-token steps and the two inputs it varies; made after the first step.
    private var step: (binding: IOBinding, tokens: Tensor, positions: Tensor)?
    /// Positions filled so far.
    private(set) var length = 0

    /// - Parameter capacity: the positions that will be needed: picture, prompt and new tokens.
    init(session: Session, configuration: OPTConfiguration, batch: Int, capacity: Int) throws {
        self.session = session
        self.configuration = configuration
        self.batch = batch
        cache = try KeyValueCache(configuration, batch: batch, capacity: capacity)
        lastPositions = try Tensor(.int32, shape: [batch])
        totalLength = try Tensor(.int32, shape: [])
        logits = try Tensor(.float32, shape: [batch, configuration.vocabularySize])
    }

    /// The first step: the picture and what follows it.
    /// - Parameters:
    ///   - imageEmbeddings: [B, Q, E].
    ///   - prompt: B rows of token ids, all of one length.
    /// - Returns: the scores of each row's next token, [B, V]; overwritten by the next step.
    func start(_ imageEmbeddings: Tensor, prompt: [[Int]], _ options: RunOptions?) throws -> Tensor {
        let count = imageEmbeddings.shape[1] + (prompt.first?.count ?? 0)
        let tokens = try Tensor(prompt.flatMap { $0.map(Int64.init) }, shape: [batch, prompt.first?.count ?? 0])
        let positions = try Tensor(
            (0..<batch).flatMap { _ in (0..<count).map(Int64.init) }, shape: [batch, count])
        let binding = try bind(imageEmbeddings, tokens, positions)
        try advance(by: count, binding, options)
        return logits
    }

    /// One token further for every row.
    /// - Returns: the scores of each row's next token, [B, V]; overwritten by the next step.
    func next(_ ids: [Int], _ options: RunOptions?) throws -> Tensor {
        let step = try self.step ?? makeStep()
        self.step = step
        try step.tokens.fill(ids.map(Int64.init))
        try step.positions.fill([Int64](repeating: Int64(length), count: batch))
        try advance(by: 1, step.binding, options)
        return logits
    }

    private func makeStep() throws -> (binding: IOBinding, tokens: Tensor, positions: Tensor) {
        let none = try Tensor(.float32, shape: [batch, 0, configuration.wordEmbeddingSize])
        let tokens = try Tensor(.int64, shape: [batch, 1])
        let positions = try Tensor(.int64, shape: [batch, 1])
        return (try bind(none, tokens, positions), tokens, positions)
    }

    private func bind(_ imageEmbeddings: Tensor, _ tokens: Tensor, _ positions: Tensor) throws -> IOBinding {
        let binding = try IOBinding(session: session)
        try binding.bind(input: "image_embeddings", to: imageEmbeddings)
        try binding.bind(input: "input_ids", to: tokens)
        try binding.bind(input: "position_ids", to: positions)
        try binding.bind(input: "last_positions", to: lastPositions)
        try binding.bind(input: "total_length", to: totalLength)
        try binding.bind(output: "logits", to: logits)
        try cache.bind(to: binding)
        return binding
    }

    private func advance(by count: Int, _ binding: IOBinding, _ options: RunOptions?) throws {
        length += count
        try lastPositions.fill([Int32](repeating: Int32(length - 1), count: batch))
        try totalLength.fill([Int32(length)])
        try session.run(binding, options: options)
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
