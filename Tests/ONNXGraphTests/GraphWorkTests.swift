import ONNXGraph
import Testing

@Suite("Operations and bytes of a graph")
struct GraphWorkTests {
    private let graph = Graph(name: "work")

    @Test("Counts two operations per weight product, and nothing else, at the lengths of a run")
    func operations() {
        let x = graph.input("x", .float32, ["batch", "front", 4])
        let y = graph.input("y", .float32, ["batch", 2, 4])
        let both = graph.concat([x, y], axis: 1)  // [B, F+2, 4]
        let wide = graph.matMul(both, weight("w", [4, 6]))  // [B, F+2, 6]
        _ = graph.relu(graph.add(wide, weight("b", [6])))
        _ = graph.multiHeadAttention(query: wide, key: wide, value: wide, heads: 2)
        _ = graph.matMul(graph.last(both, axis: 1), transposed: weight("head", [10, 4]))  // [B, 10]
        #expect(graph.productOperations(["batch": 3, "front": 5]) == 2 * (3 * 7 * 6 * 4 + 3 * 10 * 4))
        #expect(graph.productOperations(["batch": 1, "front": 0]) == 2 * (2 * 6 * 4 + 10 * 4))
        #expect(!graph.hasQuantizedLayers)
    }

    @Test("Counts a convolution's kernel once per position")
    func convolution() {
        let picture = graph.input("picture", .float32, ["batch", 3, 8, 8])
        _ = graph.convolution(picture, kernel: weight("k", [5, 3, 2, 2]), bias: nil, stride: 2)
        #expect(graph.productOperations(["batch": 2]) == 2 * 2 * 5 * 4 * 4 * 3 * 2 * 2)

        let other = Graph(name: "of any size")
        let any = other.input("picture", .float32, ["batch", 3, "height", "width"])
        _ = other.convolution(any, kernel: weight("k", [5, 3, 2, 2], of: other), bias: nil, stride: 2)
        #expect(other.productOperations(["batch": 2, "height": 8, "width": 7]) == 2 * 2 * 5 * 4 * 3 * 3 * 2 * 2)
    }

    @Test("Counts a weight's bytes once, and none for single rows that are looked up")
    func bytes() {
        let ids = graph.input("ids", .int64, ["batch"])
        let looked = graph.gather(weight("positions", [100, 4]), ids)
        let table = weight("table", [10, 4])
        let rows = graph.add(graph.gather(table, ids), looked)
        _ = graph.matMul(rows, transposed: table)
        _ = graph.matMul(rows, transposed: table)
        #expect(graph.readByteCount == 10 * 4 * 4)

        let form = Graph.QuantizedMatrix(outputs: 32, inputs: 8, bits: 8, block: 8)
        let panels = graph.weight(Weight("panels", .uint8, shape: [320]) { _ in })
        let onlyRows = graph.weight(Weight("rows", .uint8, shape: [320]) { _ in })
        _ = graph.quantizedLinear(graph.input("z", .float32, ["batch", 8]), panels: panels, form)
        _ = graph.quantizedRows(ids, panels: onlyRows, form)
        #expect(graph.readByteCount == 10 * 4 * 4 + 320)
        #expect(graph.hasQuantizedLayers)
    }

    private func weight(_ name: String, _ shape: [Int], of other: Graph? = nil) -> Value {
        (other ?? graph).weight(Weight(name, .float32, shape: shape) { _ in })
    }
}
