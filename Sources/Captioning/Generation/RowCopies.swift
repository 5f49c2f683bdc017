package import Networks
import ONNXGraph
import ONNXRuntime

/// Copies between rows of key/value caches on a device, which no processor can make: a graph makes them there, all layers
/// at once, before the decoder runs next.
///
/// Copies are made in the order in which they were asked for. A whole row is copied, whatever is filled of it.
final class RowCopies {
    private struct Copy {
        /// [k, heads, positions, D] each.
        let from: [Tensor]
        /// [k, heads, more positions, D] each; other memory than `from`, or other rows of it.
        let to: [Tensor]
    }

    private let session: Session
    private var pending: [Copy] = []

    /// - Parameter session: runs the graph of ``KeyValueCache/describeRowCopies(in:layerCount:)``.
    init(session: Session) {
        self.session = session
    }

    func add(from: [Tensor], to: [Tensor]) {
        pending.append(Copy(from: from, to: to))
    }

    /// Makes the copies that were asked for. What a failure leaves undone is made by the next call.
    func run(_ options: RunOptions?) throws {
        while let copy = pending.first {
            try run(copy, options)
            pending.removeFirst()
        }
    }

    func removeAll() { pending = [] }

    private func run(_ copy: Copy, _ options: RunOptions?) throws {
        let growth = (copy.to.first?.shape[2] ?? 0) - (copy.from.first?.shape[2] ?? 0)
        let binding = try IOBinding(session: session)
        try binding.bind(input: "amounts", to: try Tensor([0, 0, 0, 0, 0, 0, Int64(growth), 0], shape: [8]))
        for index in copy.from.indices {
            let names = Self.names(index)
            try binding.bind(input: names.from, to: copy.from[index])
            try binding.bind(output: names.to, to: copy.to[index])
        }
        try session.run(binding, options: options)
    }

    fileprivate static func names(_ index: Int) -> (from: String, to: String) { ("from.\(index)", "to.\(index)") }
}

extension KeyValueCache {
    /// Describes the graph that copies rows of all layers' keys and values, with zeros behind their positions where there is
    /// more room; for ``CacheSpace/init(_:in:rows:)``.
    package static func describeRowCopies(in network: Network, layerCount: Int) {
        let graph = network.graph
        // Zeros before each axis, then zeros behind each.
        let amounts = graph.input("amounts", .int64, [8])
        for index in 0..<2 * layerCount {
            let names = RowCopies.names(index)
            let rows = graph.input(names.from, network.cacheType, ["rows", "heads", "positions", "size"])
            graph.output(graph.padded(rows, by: amounts, to: ["rows", "heads", "room", "size"]), as: names.to)
        }
    }
}
