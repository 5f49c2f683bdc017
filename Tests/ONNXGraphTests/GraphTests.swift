import Foundation
import ONNXGraph
import ONNXRuntime
import StandIns
import Testing

@Suite("Graphs", .heavy)
struct GraphTests {
    /// A description that does not fit, and words that its error must have.
    struct Misfit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: ONNXGraphError.Code
        let describe: @Sendable (Graph, Value) -> Void

        static let all: [Misfit] = [
            Misfit(testDescription: "MatMul", code: .mismatch) { _ = $0.matMul($1, $1) },
            Misfit(testDescription: "Gemm", code: .mismatch) { graph, x in
                _ = graph.matMul(x, transposed: graph.transpose(x, [1, 0]))
            },
            Misfit(testDescription: "Add", code: .mismatch) { _ = $0.add($1, $0.transpose($1, [1, 0])) },
            Misfit(testDescription: "Transpose", code: .mismatch) { _ = $0.transpose($1, [0, 0]) },
            Misfit(testDescription: "Concat", code: .mismatch) {
                _ = $0.concat([$1, $0.transpose($1, [1, 0])], axis: 1)
            },
            Misfit(testDescription: "Reshape", code: .mismatch) { _ = $0.reshape($1, ["a", "b"]) },
            Misfit(testDescription: "Conv", code: .mismatch) {
                _ = $0.convolution($1, kernel: $1, bias: nil, stride: 1)
            },
            Misfit(testDescription: "Gather", code: .mismatch) { _ = $0.gather($1, $1) },
            Misfit(testDescription: "Pad", code: .mismatch) { _ = $0.padded($1, to: 2) },
            Misfit(testDescription: "Expand", code: .mismatch) { _ = $0.repeated($1, alongFirstAxisOf: $1) },
            Misfit(testDescription: "LayerNormalization", code: .mismatch) {
                _ = $0.layerNormalization($1, scale: $1, bias: nil, epsilon: 0)
            },
            Misfit(testDescription: "MultiHeadAttention", code: .mismatch) {
                _ = $0.multiHeadAttention(query: $1, key: $1, value: $1, heads: 1)
            },
            Misfit(testDescription: "weight", code: .naming) { graph, _ in
                _ = graph.weight(OperatorCase.matrix("same", [2], [1, 2]))
                _ = graph.weight(OperatorCase.matrix("same", [3], [1, 2, 3]))
            },
        ]
    }

    @Test("Refuses a mismatch when writing the graph, naming the operator", arguments: Misfit.all)
    func refusesMisfits(_ misfit: Misfit) throws {
        let folder = try TemporaryFolder()
        let graph = Graph(name: "misfit")
        let x = graph.input("x", .float32, [2, 3])
        misfit.describe(graph, x)
        let error = try #require(throws: ONNXGraphError.self) { try graph.write(to: folder.path("misfit.onnx")) }
        #expect(error.code == misfit.code)
        #expect(error.message.contains(misfit.testDescription))
    }

    @Test("Refuses a weight with too few bytes, naming it")
    func refusesShortWeights() throws {
        let folder = try TemporaryFolder()
        let graph = Graph(name: "short")
        let x = graph.input("x", .float32, [2, 3])
        graph.output(graph.add(x, graph.weight(OperatorCase.matrix("short", [3], [1, 2]))), as: "y")
        let error = try #require(throws: ONNXGraphError.self) { try graph.write(to: folder.path("short.onnx")) }
        #expect(error.code == .weightSize)
        #expect(error.message.contains("short [3] needs 12 bytes but got 8"))
    }

    @Test("Names a path that cannot be written")
    func refusesUnwritablePlaces() throws {
        let graph = Graph(name: "nowhere")
        graph.output(graph.input("x", .float32, [1]), as: "y")
        let error = try #require(throws: ONNXGraphError.self) { try graph.write(to: "/dev/null/nowhere.onnx") }
        #expect(error.code == .file)
        #expect(error.message.contains("/dev/null/nowhere.onnx"))
    }

    @Test("One graph with symbolic axes runs any batch size")
    func runsAnyBatch() throws {
        let folder = try TemporaryFolder()
        try writePerceptron(to: folder.path("perceptron.onnx"))
        let session = try Session(runtime: try Runtime.load(), modelPath: folder.path("perceptron.onnx"))
        for batch in [1, 5] {
            let x = try Tensor([Float](repeating: 1, count: batch * 2), shape: [batch, 2])
            let y = try #require(try session.run(["x": x], outputs: ["y"])["y"])
            #expect(y.shape == [batch, 1])
            #expect(try y.array(of: Float.self) == [Float](repeating: 10, count: batch))
        }
    }

    @Test("The weights file aligns each weight to 64 bytes")
    func alignsWeights() throws {
        let folder = try TemporaryFolder()
        try writePerceptron(to: folder.path("perceptron.onnx"))
        let size = try FileManager.default.attributesOfItem(atPath: folder.path("perceptron.weights"))[.size] as? Int
        #expect(size == 64 + 8)
    }

    @Test(
        "ONNX's reference checker accepts every operator and its inferred shapes",
        .enabled(if: PythonONNX.isAvailable, "needs the Python package onnx"))
    func passesTheChecker() throws {
        let folder = try TemporaryFolder()
        let paths = try OperatorCase.all.enumerated().map { index, operation in
            let graph = Graph(name: operation.testDescription)
            graph.output(operation.describe(graph, graph.input("x", .float32, [2, 3])), as: "y")
            try graph.write(to: folder.path("\(index).onnx"))
            return folder.path("\(index).onnx")
        }
        try writePerceptron(to: folder.path("perceptron.onnx"))
        #expect(try PythonONNX.check(paths + [folder.path("perceptron.onnx")]) == "")
    }

    @Test(
        "ONNX's reference checker refuses a file that is not a graph",
        .enabled(if: PythonONNX.isAvailable, "needs the Python package onnx"))
    func checkerRefuses() throws {
        let folder = try TemporaryFolder()
        try Data("no graph".utf8).write(to: folder.url.appendingPathComponent("none.onnx"))
        #expect(try PythonONNX.check([folder.path("none.onnx")]) != "")
    }

    /// y = relu(x·[[1, 2], [3, 4]])·[1, 1]ᵀ.
    private func writePerceptron(to path: String) throws {
        let graph = Graph(name: "perceptron")
        let x = graph.input("x", .float32, ["batch", 2])
        let hidden = graph.relu(graph.matMul(x, graph.weight(OperatorCase.matrix("first", [2, 2], [1, 2, 3, 4]))))
        graph.output(graph.matMul(hidden, graph.weight(OperatorCase.matrix("second", [2, 1], [1, 1]))), as: "y")
        try graph.write(to: path)
    }
}
