import ONNXRuntime

/// Texts of about the same length that go through the network together.
struct TokenBatch {
    /// Tokens that go through the network at once, what texts are filled up with included; a single text may have more.
    static let mostTokens = 1024

    /// Which of the texts these are.
    let indices: ArraySlice<Int>
    /// Tokens of the longest.
    let length: Int

    /// All texts, in batches of neighbours in length: little is filled up, and what a text becomes does not depend on it.
    static func batches(of rows: [[Int]]) -> [TokenBatch] {
        let order = rows.indices.sorted { (rows[$0].count, $0) < (rows[$1].count, $1) }
        var batches: [TokenBatch] = []
        var start = 0
        for (place, index) in order.enumerated() {
            let isLast = place + 1 == order.count
            let next = isLast ? 0 : rows[order[place + 1]].count
            if isLast || next * (place + 2 - start) > mostTokens {
                batches.append(TokenBatch(indices: order[start...place], length: rows[index].count))
                start = place + 1
            }
        }
        return batches
    }

    /// What the network takes: ids [B, T], mask [B, T], weights of tokens [B, T].
    func inputs(_ rows: [[Int]], padding id: Int, _ pooling: Pooling) throws(ONNXRuntimeError) -> [String: Tensor] {
        var ids: [Int64] = []
        var mask: [Int32] = []
        var weights: [Float] = []
        for index in indices {
            let row = rows[index]
            let filling = length - row.count
            ids += row.map(Int64.init) + Array(repeating: Int64(id), count: filling)
            mask += Array(repeating: 1, count: row.count) + Array(repeating: 0, count: filling)
            weights += pooling.weights(row.count) + Array(repeating: 0, count: filling)
        }
        let shape = [indices.count, length]
        return [
            "input_ids": try Tensor(ids, shape: shape), "attention_mask": try Tensor(mask, shape: shape),
            "pooling_weights": try Tensor(weights, shape: shape),
        ]
    }
}
