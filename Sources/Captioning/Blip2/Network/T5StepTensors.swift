import ONNXRuntime

/// What one step of a T5 decoder reads and writes for k rows, the key/value memory aside.
struct T5StepTensors {
    /// int64 [k, 1]: the token that each row goes on with.
    private let tokens: Tensor
    /// int32 [k]: the last position of each row after the step.
    private let lastPositions: Tensor
    /// int32 []: the length of the longest row after the step.
    private let totalLength: Tensor
    /// Room for int64 [k, longest row]: the bucket of every position's distance from the new token.
    private let buckets: Tensor
    /// [k, V]: the logits of each row's next token.
    let logits: Tensor

    /// - Parameter capacity: of the decoder's positions.
    init(_ configuration: T5Configuration, rows: Int, capacity: Int) throws {
        tokens = try Tensor(.int64, shape: [rows, 1])
        lastPositions = try Tensor(.int32, shape: [rows])
        totalLength = try Tensor(.int32, shape: [])
        buckets = try Tensor(.int64, shape: [rows, capacity])
        logits = try Tensor(.float32, shape: [rows, configuration.vocabularySize])
    }

    /// Binds the first `count` rows of what keeps its shape.
    func bind(rows count: Int, to binding: IOBinding) throws {
        try binding.bind(input: "input_ids", to: tokens.rows(0..<count))
        try binding.bind(input: "last_positions", to: lastPositions.rows(0..<count))
        try binding.bind(input: "total_length", to: totalLength)
        try binding.bind(output: "logits", to: logits.rows(0..<count))
    }

    /// Writes and binds where the rows are.
    /// - Parameters:
    ///   - positions: of the new tokens.
    ///   - buckets: of distances 0, 1, …
    func fill(tokens: [Int], positions: [Int], buckets table: [Int64], to binding: IOBinding) throws {
        let total = (positions.max() ?? 0) + 1
        try self.tokens.fill(tokens.lazy.map(Int64.init))
        try lastPositions.fill(positions.lazy.map(Int32.init))
        try totalLength.fill(CollectionOfOne(Int32(total)))
        let view = try buckets.view(shape: [positions.count, total])
        try view.withElements(of: Int64.self) { buckets in
            for (row, position) in positions.enumerated() {
                for key in 0..<total {
                    // Keys behind the row's end are not looked at, whatever stands here.
                    buckets[row * total + key] = table[min(max(position - key, 0), table.count - 1)]
                }
            }
        }
        try binding.bind(input: "position_buckets", to: view)
    }

    /// Has every row look at what the encoder gave for it, and not behind that.
    /// - Parameter width: positions that there is memory for.
    func fillMask(encodedLengths: [Int], width: Int, to binding: IOBinding) throws {
        let mask = try Tensor(
            encodedLengths.flatMap { length in (0..<width).map { $0 < length ? 0 : -Float.infinity } },
            shape: [encodedLengths.count, 1, 1, width])
        try binding.bind(input: "cross_mask", to: mask)
    }
}
