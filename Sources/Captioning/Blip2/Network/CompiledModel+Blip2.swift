import Checkpoint
import Devices
import Foundation
import Networks
import ONNXRuntime

extension CompiledModel {
    /// Raised whenever the graphs change.
    private static let blip2Format = 6

    /// Finds the compiled form of a BLIP-2 checkpoint, or writes it; see ``CompiledModel``.
    /// - Throws: `CheckpointError`, `NetworksError`.
    static func findOrCompile(
        _ checkpoint: CheckpointFolder, _ configuration: Blip2Configuration, precision: Precision, cache: URL,
        waiting: () -> Void = {}, progress: (Double) -> Void
    ) throws -> CompiledModel {
        let compilation = Compilation(checkpoint, precision, format: blip2Format) {
            let weights = try checkpoint.blip2Weights()
            return try Blip2Graph.graphs(of: configuration, precision).map {
                try $0.describe(configuration, weights: weights, precision)
            }
        }
        return try findOrCompile(compilation, cache: cache, waiting: waiting, progress: progress)
    }

    func path(_ graph: Blip2Graph) -> String { path(graph.rawValue) }

    /// - Throws: `damagedModel` where ONNX Runtime cannot read what was compiled.
    func session(
        _ graph: Blip2Graph, _ runtime: Runtime, _ options: SessionOptions
    ) throws(NetworksError) -> Session {
        try session(graph.rawValue, runtime, options)
    }
}
