import ONNXRuntime

/// What one step of the decoder reads and writes for k rows, the key/value memory aside.
struct BARTStepTensors {
    /// int64 [k, 1]: the token that each row goes on with.
    private let tokens: Tensor
    /// int64 [k, 1]: its position.
    private let positions: Tensor
    /// int32 [k]: the last position of each row after the step.
    private let lastPositions: Tensor
    /// int32 []: the length of the longest row after the step.
    private let totalLength: Tensor
    /// [k, V]: the logits of each row's next token.
    let logits: Tensor

    init(_ configuration: BARTConfiguration, rows: Int) throws {
        tokens = try Tensor(.int64, shape: [rows, 1])
        positions = try Tensor(.int64, shape: [rows, 1])
        lastPositions = try Tensor(.int32, shape: [rows])
        totalLength = try Tensor(.int32, shape: [])
        logits = try Tensor(.float32, shape: [rows, configuration.vocabularySize])
    }

    /// Binds the first `count` rows of what keeps its shape.
    func bind(rows count: Int, to binding: IOBinding) throws {
        try binding.bind(input: "input_ids", to: tokens.rows(0..<count))
        try binding.bind(input: "position_ids", to: positions.rows(0..<count))
        try binding.bind(input: "last_positions", to: lastPositions.rows(0..<count))
        try binding.bind(input: "total_length", to: totalLength)
        try binding.bind(output: "logits", to: logits.rows(0..<count))
    }

    /// Writes where the rows are.
    /// - Parameter positions: of the new tokens.
    func fill(tokens: [Int], positions: [Int]) throws {
        try self.tokens.fill(tokens.lazy.map(Int64.init))
        try self.positions.fill(positions.lazy.map(Int64.init))
        try lastPositions.fill(positions.lazy.map(Int32.init))
        try totalLength.fill(CollectionOfOne(Int32((positions.max() ?? 0) + 1)))
    }

    /// Has every row look at what the encoder gave for it, and not behind that.
    /// - Parameter width: positions that there is memory for.
    func bindMask(encodedLengths: [Int], width: Int, to binding: IOBinding) throws {
        let mask = try Tensor(
            encodedLengths.flatMap { length in (0..<width).map { $0 < length ? 0 : -Float.infinity } },
            shape: [encodedLengths.count, 1, 1, width])
        try binding.bind(input: "cross_mask", to: mask)
    }
}
