import Checkpoint
public import Foundation
import ONNXGraph
package import ONNXRuntime

/// The graphs of a checkpoint on disk, ready for ONNX Runtime: `<cache>/compiled/<digest>/<precision>/`.
///
/// The folder appears whole or not at all: it is written beside its place and renamed into it, under a lock that
/// other processes wait for, so that neither a crash nor a second process leaves half a model.
public struct CompiledModel: Sendable {
    /// What `manifest.json` says of the folder it lies in.
    struct Manifest: Codable, Equatable {
        /// See ``Compilation/format``.
        let format: Int
        let digest: String
        let precision: Precision
        /// The name of the checkpoint's folder when it was compiled, for people who look around.
        let source: String
        /// Bytes of every file, so that a damaged folder is noticed.
        let files: [String: Int]
    }

    static let manifestName = "manifest.json"

    public let folder: URL
    /// Whether this call wrote the folder, rather than found it.
    public let isNew: Bool

    /// The digest of the checkpoint that this was compiled from.
    public var digest: String { folder.deletingLastPathComponent().lastPathComponent }

    /// The file of the graph with that name.
    package func path(_ graph: String) -> String { folder.appendingPathComponent("\(graph).onnx").path }

    /// Bytes on disk of all graphs and weights.
    public var byteCount: Int {
        (try? Self.sizes(in: folder))?.values.reduce(0, +) ?? 0
    }

    /// Finds the compiled form of a checkpoint, or writes it. Blocks: seconds for each billion parameters.
    /// - Parameters:
    ///   - cache: MODEL_CACHE_DIR; the folder is made if it is missing.
    ///   - waiting: told once where another process compiles the same and is waited for.
    ///   - progress: told, now and then, which share of the weights is written, 0 to 1.
    /// - Throws: `CheckpointError` for a tensor that is missing or has another shape, ``NetworksError`` where the cache
    ///   cannot be written or its disk has no room. What was begun is removed.
    package static func findOrCompile(
        _ compilation: Compilation, cache: URL, waiting: () -> Void = {}, progress: (Double) -> Void
    ) throws -> CompiledModel {
        let digest = try compilation.checkpoint.digest()
        let parent = cache.appendingPathComponent("compiled").appendingPathComponent(digest)
        let precision = compilation.precision.rawValue
        let folder = parent.appendingPathComponent(precision, isDirectory: true)
        if isIntact(folder, digest, compilation) { return CompiledModel(folder: folder, isNew: false) }

        // Names, types and shapes of all tensors are looked at here: what is wrong with them is said before anything is made.
        let graphs = try compilation.graphs()
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        } catch {
            throw CompilationDraft.unwritable(cache, cause: error)
        }
        let lock = try FileLock.wait(parent.appendingPathComponent("\(precision).lock").path, waiting: waiting)
        defer { lock.release() }
        if isIntact(folder, digest, compilation) { return CompiledModel(folder: folder, isNew: false) }

        CompilationDraft.removeAbandoned(in: cache.appendingPathComponent("compiled"))
        let draft = CompilationDraft(parent.appendingPathComponent("\(precision).draft"), cache: cache)
        do {
            try draft.begin(replacing: folder)
            try write(graphs, to: draft.folder, progress: progress)
            let manifest = Manifest(
                format: compilation.format, digest: digest, precision: compilation.precision,
                source: compilation.checkpoint.folder.lastPathComponent, files: try sizes(in: draft.folder))
            try write(manifest, to: draft.folder)
            try draft.finish(as: folder)
        } catch {
            draft.remove()
            throw draft.explained(error)
        }
        return CompiledModel(folder: folder, isNew: true)
    }

    /// The graph of that name, loaded.
    /// - Throws: `damagedModel` where ONNX Runtime cannot read what was compiled.
    package func session(
        _ graph: String, _ runtime: Runtime, _ options: SessionOptions
    ) throws(NetworksError) -> Session {
        let path = path(graph)
        do throws(ONNXRuntimeError) {
            return try Session(runtime: runtime, modelPath: path, options: options)
        } catch {
            throw NetworksError(
                .damagedModel,
                "The compiled model cannot be loaded from \(path). If there was memory enough for it, it is damaged: "
                    + "delete \(folder.path), and the next start compiles it again.",
                cause: error)
        }
    }

    private static func write(_ graphs: [Graph], to folder: URL, progress: (Double) -> Void) throws {
        let total = graphs.reduce(0) { $0 + $1.weightByteCount }
        try CompilationDraft.checkSpace(for: total, in: folder)
        var done = 0
        for graph in graphs {
            try graph.write(to: folder.appendingPathComponent("\(graph.name).onnx").path) { bytes in
                progress(min(1, Double(done + bytes) / Double(max(total, 1))))
            }
            done += graph.weightByteCount
        }
    }

    private static func write(_ manifest: Manifest, to folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(manifest).write(to: folder.appendingPathComponent(manifestName))
    }

    /// Whether the folder holds what its manifest says, for this checkpoint and this version of the graphs.
    private static func isIntact(_ folder: URL, _ digest: String, _ compilation: Compilation) -> Bool {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(manifestName)),
            let manifest = try? JSONDecoder().decode(Manifest.self, from: data)
        else { return false }
        return manifest.format == compilation.format && manifest.digest == digest
            && manifest.precision == compilation.precision && (try? sizes(in: folder)) == manifest.files
    }

    /// Bytes of every graph and weight file in a folder.
    private static func sizes(in folder: URL) throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name != manifestName {
            let path = folder.appendingPathComponent(name).path
            sizes[name] = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        }
        return sizes
    }
}
