/// What a run of a graph has to compute and to read, whatever computes it.
extension Graph {
    /// Operators that read single rows of their weights.
    private static let lookups: Set<String> = ["Gather", "QuantizedRows"]

    /// The operations of all products of an input with weights, a multiplication and an addition being two: linear layers
    /// and convolutions. Products of two inputs, as attention has them, are not among them, nor is what goes
    /// number by number; and of a graph with quantised layers, those layers are not: describe it in floats to count them.
    ///
    /// - Parameter sizes: the lengths that the symbols of the inputs' shapes stand for in that run.
    public func productOperations(_ sizes: [String: Int]) -> Int {
        let shapes = Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.shape) })
        return nodes.reduce(0) { total, node in
            guard node.input.count >= 2, let weight = shapes[node.input[1]], let output = node.output.first,
                let depth = Self.depth(node.opType, weight)
            else { return total }
            let results = (self.shapes[output] ?? []).reduce(1) { $0 * $1.length(sizes) }
            return total + 2 * results * depth
        }
    }

    /// How many products are summed up for each result of an operator; nil for one that is no product.
    private static func depth(_ operation: String, _ weight: [Int]) -> Int? {
        switch operation {
        case "MatMul": weight[0]
        case "Gemm": weight[1]
        case "Conv": weight.dropFirst().reduce(1, *)
        default: nil
        }
    }

    /// Bytes of the weights that every run reads whole: all but tables that only single rows are looked up in.
    public var readByteCount: Int {
        let read = Set(nodes.lazy.filter { !Self.lookups.contains($0.opType) }.flatMap(\.input))
        return weights.reduce(0) { $0 + (read.contains($1.name) ? $1.byteCount : 0) }
    }

    /// Whether layers multiply integers.
    public var hasQuantizedLayers: Bool { nodes.contains { $0.domain == Self.own } }
}

extension Dimension {
    /// The length where symbols have these; those without one count as 1.
    fileprivate func length(_ sizes: [String: Int]) -> Int {
        switch self {
        case .fixed(let size): size
        case .symbol(let name):
            // Axes laid end to end are called after both; one that a convolution walks along, after it and the stride.
            name.split(separator: "+").reduce(0) { total, part in
                let factors = part.split(separator: "/")
                let length = factors.first.map { Int($0) ?? sizes[String($0)] ?? 1 } ?? 1
                return total + factors.dropFirst().reduce(length) { $0 / max(1, Int($1) ?? 1) }
            }
        }
    }
}
