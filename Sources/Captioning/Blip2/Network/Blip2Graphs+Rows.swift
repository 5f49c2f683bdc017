import Networks
import ONNXGraph

extension Blip2Graph {
    /// The names of the graph's tensors: one pair for each layer's keys and one for its values.
    static func rowNames(_ count: Int) -> [(from: String, to: String)] {
        (0..<count).map { ("from.\($0)", "to.\($0)") }
    }

    /// Rows of all layers' keys and values, copied, with zeros behind their positions where there is more room.
    func describeRows(_ network: Network, _ configuration: Blip2Configuration) {
        let graph = network.graph
        // Zeros before each axis, then zeros behind each.
        let amounts = graph.input("amounts", .int64, [8])
        for names in Self.rowNames(2 * configuration.text.decoderLayerCount) {
            let rows = graph.input(names.from, network.cacheType, ["rows", "heads", "positions", "size"])
            graph.output(graph.padded(rows, by: amounts, to: ["rows", "heads", "room", "size"]), as: names.to)
        }
    }
}
