import Foundation
import ONNXGraph
import ONNXRuntime
import Testing

/// One operator: how it is described, and what ONNX Runtime must compute from x = [[1, -2, 3], [-4, 5, -6]].
struct OperatorCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let describe: @Sendable (Graph, Value) -> Value
    let expected: [Float]
    let shape: [Int]

    init(
        _ name: String, _ shape: [Int], _ expected: [Float], _ describe: @escaping @Sendable (Graph, Value) -> Value
    ) {
        testDescription = name
        self.shape = shape
        self.expected = expected
        self.describe = describe
    }

    static func matrix(_ name: String, _ shape: [Int], _ values: [Float]) -> Weight {
        Weight(name, .float32, shape: shape) { sink in
            // Two pieces, as a large weight comes in many.
            let half = values.count / 2
            try values[..<half].withUnsafeBytes { try sink($0) }
            try values[half...].withUnsafeBytes { try sink($0) }
        }
    }

    static let all: [OperatorCase] = [
        OperatorCase("matMul", [2, 2], [-5, 5, 8, -14]) { graph, x in
            graph.matMul(x, graph.weight(matrix("w", [3, 2], [1, 2, 0, 0, -2, 1])))
        },
        OperatorCase("matMul, transposed", [2, 2], [-5, 5, 8, -14]) { graph, x in
            graph.matMul(x, transposed: graph.weight(matrix("w", [2, 3], [1, 0, -2, 2, 0, 1])))
        },
        OperatorCase("add, broadcast", [2, 3], [11, 18, 33, 6, 25, 24]) { graph, x in
            graph.add(x, graph.weight(matrix("b", [3], [10, 20, 30])))
        },
        OperatorCase("multiply by a scalar", [2, 3], [0.5, -1, 1.5, -2, 2.5, -3]) { graph, x in
            graph.multiply(x, graph.constant(0.5))
        },
        OperatorCase("relu", [2, 3], [1, 0, 3, 0, 5, 0]) { $0.relu($1) },
        OperatorCase("clip", [2, 3], [1, -2, 2, -2, 2, -2]) { $0.clip($1, from: -2, to: 2) },
        OperatorCase("sigmoid", [2, 3], [0.7310586, 0.1192029, 0.9525741, 0.0179862, 0.9933072, 0.0024726]) {
            $0.sigmoid($1)
        },
        OperatorCase("tanh", [2, 3], [0.7615942, -0.9640276, 0.9950548, -0.9993293, 0.9999092, -0.9999877]) {
            $0.tanh($1)
        },
        OperatorCase("gelu", [2, 3], [0.8413447, -0.0455003, 2.9959502, -0.0001267, 4.9999986, 0]) { $0.gelu($1) },
        OperatorCase("gelu, approximated", [2, 3], [0.8411920, -0.0454023, 2.9963627, -0.0000703, 4.9999998, 0]) {
            $0.gelu($1, approximated: true)
        },
        OperatorCase("layerNormalization", [2, 3], [0.16222, -1.29777, 1.13555, -0.48771, 1.39346, -0.90575]) {
            $0.layerNormalization(
                $1, scale: $0.weight(matrix("s", [3], [1, 1, 1])), bias: nil, epsilon: 1e-5)
        },
        OperatorCase(
            "rootMeanSquareNormalization", [2, 3], [0.46291, -1.85164, 1.38873, -0.789542, 1.973855, -1.184313]
        ) {
            $0.rootMeanSquareNormalization($1, scale: $0.weight(matrix("s", [3], [1, 2, 1])), epsilon: 1e-6)
        },
        OperatorCase("multiHeadAttention, with a mask", [1, 2, 3], [1, -2, 3, -4, 5, -6]) { graph, x in
            let rows = graph.reshape(x, [1, 2, 3])
            let mask = graph.weight(matrix("m", [1, 1, 2, 2], [0, -.infinity, -.infinity, 0]))
            return graph.multiHeadAttention(query: rows, key: rows, value: rows, heads: 1, bias: mask, scale: 1)
        },
        OperatorCase("multiHeadAttention, over a cache", [1, 2, 3], [-4, 5, -6, 1, -2, 3]) { graph, x in
            let (rows, cache) = (graph.reshape(x, [1, 2, 3]), graph.reshape(x, [1, 1, 2, 3]))
            let mask = graph.weight(matrix("m", [1, 1, 2, 2], [-.infinity, 0, 0, -.infinity]))
            return graph.multiHeadAttention(query: rows, key: cache, value: cache, heads: 1, bias: mask, scale: 1)
        },
        OperatorCase("unsqueezed", [2, 1, 3], [1, -2, 3, -4, 5, -6]) { $0.unsqueezed($1, axis: 1) },
        OperatorCase("reshape", [3, 2], [1, -2, 3, -4, 5, -6]) { $0.reshape($1, [3, 2]) },
        OperatorCase("transpose", [3, 2], [1, -4, -2, 5, 3, -6]) { $0.transpose($1, [1, 0]) },
        OperatorCase("concat", [2, 6], [1, -2, 3, 1, -2, 3, -4, 5, -6, -4, 5, -6]) { $0.concat([$1, $1], axis: 1) },
        OperatorCase("slice", [2, 2], [-2, 3, 5, -6]) { $0.slice($1, axis: 1, from: 1, to: 3) },
        OperatorCase("last", [2], [3, -6]) { $0.last($1, axis: 1) },
        OperatorCase("gather", [3, 3], [-4, 5, -6, 1, -2, 3, -4, 5, -6]) { $0.gather($1, $0.constant([1, 0, 1])) },
        OperatorCase("padded", [2, 4], [1, -2, 3, 0, -4, 5, -6, 0]) { $0.padded($1, to: 4) },
        OperatorCase("padded, by an input's amounts", [3, 3], [1, -2, 3, -4, 5, -6, 0, 0, 0]) { graph, x in
            graph.padded(x, by: graph.constant([0, 0, 1, 0]), to: [3, 3])
        },
        OperatorCase("cast, to 16-bit floats and back", [2, 3], [0.5, -1, 1.5, -2, 2.5, -3]) { graph, x in
            let halves = graph.cast(x, to: .float16)
            return graph.multiply(graph.cast(halves, to: .float32), graph.constant(Float(0.5)))
        },
        OperatorCase("stackedMatMul", [1, 1, 2, 2], [14, -32, -32, 77]) { graph, x in
            let stack = graph.reshape(x, [1, 1, 2, 3])
            return graph.stackedMatMul(stack, graph.transpose(stack, [0, 1, 3, 2]))
        },
        OperatorCase("stackedMatMul, one with each", [2, 1, 1], [-1, 1]) { graph, x in
            graph.stackedMatMul(graph.weight(matrix("w", [1, 3], [1, 1, 0])), graph.reshape(x, [2, 3, 1]))
        },
        OperatorCase("softmax", [2, 3], [0.118500, 0.005900, 0.875600, 0.000123, 0.999860, 0.000017]) {
            $0.softmax($1)
        },
        OperatorCase("select, of indices", [2, 3], [1, -2, 9, -4, 5, 9]) { graph, x in
            let isLast = graph.isEqual(graph.indices(alongAxis: 1, of: x), graph.constant([2]), shape: [3])
            return graph.select(isLast, graph.constant(Float(9)), x)
        },
        OperatorCase("unmasked, as far as an index", [2, 3], [0.952574, 0.047426, 0, 0.000123, 0.999877, 0]) {
            graph, x in
            let isKnown = graph.isAtMost(graph.indices(alongAxis: 1, of: x), graph.constant([1]), shape: [3])
            return graph.softmax(graph.unmasked(x, where: isKnown))
        },
        OperatorCase("beginning", [2, 2], [1, -2, -4, 5]) { graph, x in
            graph.beginning(x, axis: 1, asLongAs: 0, of: x)
        },
        OperatorCase("repeated", [2, 1, 2], [7, 8, 7, 8]) { graph, x in
            graph.repeated(graph.weight(matrix("c", [1, 1, 2], [7, 8])), alongFirstAxisOf: x)
        },
        OperatorCase("convolution", [1, 1, 1, 2], [-11, 3]) { graph, x in
            let image = graph.reshape(graph.padded(x, to: 4), [1, 1, 2, 4])  // 1 -2 3 0 / -4 5 -6 0
            let kernel = graph.weight(matrix("k", [1, 1, 2, 2], [1, 1, 0, -2]))
            return graph.convolution(image, kernel: kernel, bias: nil, stride: 2)
        },
        OperatorCase("convolution, depth-wise and padded", [1, 2, 2, 2], [2.5, 2.5, 2.5, 2.5, 12, -21, 23, -1]) {
            graph, x in
            let image = graph.reshape(graph.padded(x, to: 4), [1, 2, 2, 2])  // 1 -2 / 3 0; -4 5 / -6 0
            let kernel = graph.weight(
                matrix("k", [2, 1, 3, 3], [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, -4, 0, 0, 0.5, 0]))
            let bias = graph.weight(matrix("b", [2], [0.5, -1]))
            return graph.convolution(image, kernel: kernel, bias: bias, stride: 1, padding: 1, groups: 2)
        },
        OperatorCase("mean", [2, 1], [0.666667, -1.666667]) { $0.mean($1, axis: 1) },
        OperatorCase("padded, along another axis", [3, 3], [1, -2, 3, -4, 5, -6, 0, 0, 0]) {
            $0.padded($1, axis: 0, to: 3)
        },
    ]
}

@Suite("Operators")
struct OperatorTests {
    @Test("ONNX Runtime computes what each operator describes", arguments: OperatorCase.all)
    func computes(_ operation: OperatorCase) throws {
        let folder = try TemporaryFolder()
        let graph = Graph(name: "operator")
        let x = graph.input("x", .float32, [2, 3])
        let y = operation.describe(graph, x)
        #expect(y.shape == operation.shape.map(Dimension.fixed))
        graph.output(y, as: "y")
        try graph.write(to: folder.path("operator.onnx"))

        let session = try Session(runtime: try Runtime.load(), modelPath: folder.path("operator.onnx"))
        let input = try Tensor([1, -2, 3, -4, 5, -6] as [Float], shape: [2, 3])
        let output = try #require(try session.run(["x": input], outputs: ["y"])["y"])
        #expect(output.shape == operation.shape)
        for (value, expected) in zip(try output.array(of: Float.self), operation.expected) {
            #expect(abs(value - expected) < 1e-4)
        }
    }

    @Test("Attention with one key returns its value")
    func attention() throws {
        let folder = try TemporaryFolder()
        let graph = Graph(name: "attention")
        let x = graph.input("x", .float32, ["batch", "tokens", 8])
        graph.output(graph.multiHeadAttention(query: x, key: x, value: x, heads: 2), as: "y")
        try graph.write(to: folder.path("attention.onnx"))

        let values = (0..<8).map(Float.init)
        let session = try Session(runtime: try Runtime.load(), modelPath: folder.path("attention.onnx"))
        let output = try session.run(["x": try Tensor(values, shape: [1, 1, 8])], outputs: ["y"])
        #expect(try output["y"]?.array(of: Float.self) == values)
    }
}
