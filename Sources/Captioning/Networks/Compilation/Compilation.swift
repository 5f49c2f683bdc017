package import Checkpoint
package import Devices
package import ONNXGraph

/// What is compiled, and into what.
package struct Compilation {
    package let checkpoint: CheckpointFolder
    package let precision: Precision
    /// Raised whenever the graphs change, so that models from an older version are compiled again.
    package let format: Int
    /// The graphs; each gets the files that its name says. Called only where there is something to compile.
    package let graphs: () throws -> [Graph]

    package init(
        _ checkpoint: CheckpointFolder, _ precision: Precision, format: Int, graphs: @escaping () throws -> [Graph]
    ) {
        self.checkpoint = checkpoint
        self.precision = precision
        self.format = format
        self.graphs = graphs
    }
}
