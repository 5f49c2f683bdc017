package import ONNXGraph

/// What the stages of a caption have to compute and to read, as the checkpoint's own graphs say.
public struct ModelWork {
    /// One stage, once.
    public struct Stage: Sendable, Equatable {
        /// As in the timings of a caption, such as "vision"; "prefill" up to the first new token, "step" for each further one.
        public let name: String
        /// Operations of the products with weights, a multiplication and an addition being two. Attention's products of
        /// queries, keys and values are not counted, nor what goes number by number.
        public let operations: Int
        /// Bytes of the weights that are read whole. Tables that single rows are looked up in are not counted, nor are the
        /// keys and values of earlier tokens.
        public let bytes: Int
        /// Whether the products are of integers.
        public let usesIntegers: Bool
    }

    /// The run of a graph with the sizes of its inputs' axes.
    package struct Run {
        let graph: String
        let sizes: [String: Int]

        package init(_ graph: String, _ sizes: [String: Int]) {
            self.graph = graph
            self.sizes = sizes
        }
    }

    /// The graphs in floats, which operations are counted in.
    private let plain: [String: Graph]
    /// The graphs as they are run, which bytes are counted in.
    private let compiled: [String: Graph]
    private let runs: (_ pictures: Int, _ beams: Int) -> [(stage: String, runs: [Run])]

    /// - Parameters:
    ///   - plain: the graphs in floats.
    ///   - compiled: the same graphs as they are run.
    ///   - runs: what each stage runs for pictures together, of the size that the model was trained with, behind the prompt that
    ///     stands for none, with so many beams each.
    package init(
        plain: [Graph], compiled: [Graph],
        runs: @escaping (_ pictures: Int, _ beams: Int) -> [(stage: String, runs: [Run])]
    ) {
        self.plain = Dictionary(uniqueKeysWithValues: plain.map { ($0.name, $0) })
        self.compiled = Dictionary(uniqueKeysWithValues: compiled.map { ($0.name, $0) })
        self.runs = runs
    }

    /// The work of some pictures together, stage by stage in their order.
    /// - Parameter beams: texts that are followed for each picture.
    public func stages(pictures: Int, beams: Int) -> [Stage] {
        runs(pictures, beams).map { stage, runs in
            Stage(
                name: stage,
                operations: runs.reduce(0) { $0 + (plain[$1.graph]?.productOperations($1.sizes) ?? 0) },
                bytes: runs.reduce(0) { $0 + (compiled[$1.graph]?.readByteCount ?? 0) },
                usesIntegers: runs.contains { compiled[$0.graph]?.hasQuantizedLayers ?? false })
        }
    }
}
