import Checkpoint
import Concurrency
import Devices
public import Foundation
import ONNXGraph
package import ONNXRuntime

/// The graphs of a checkpoint on disk, ready for ONNX Runtime: `<cache>/compiled/<digest>/<precision>/`.
///
/// The folder is written under another name and then renamed, under a lock that other processes wait for, so that
/// neither a crash nor a second process leaves half a model.
public struct CompiledModel: Sendable {
    public let folder: URL
    let manifest: ModelManifest
    /// Whether this call wrote the folder, rather than found it.
    public let isNew: Bool
    /// The damaged file because of which this call compiled the model again; nil if there was none.
    public let wasDamaged: String?
    /// Whether every file was hashed by this call.
    public let isHashed: Bool
    /// The ``stamp()`` from before anything was loaded.
    public private(set) var loadedStamp = ""

    /// Models up to this size are hashed at every start: that takes less time than loading them.
    static let wholeModelByteCount = 256 << 20

    init(folder: URL, manifest: ModelManifest, isNew: Bool, wasDamaged: String?, isHashed: Bool = false) {
        self.folder = folder
        self.manifest = manifest
        self.isNew = isNew
        self.wasDamaged = wasDamaged
        self.isHashed = isHashed
        loadedStamp = stamp()
    }

    /// The digest of the checkpoint that this was compiled from.
    public var digest: String { folder.deletingLastPathComponent().lastPathComponent }

    /// The file of the graph with that name.
    package func path(_ graph: String) -> String { folder.appendingPathComponent("\(graph).onnx").path }

    /// Bytes on disk of all graphs and weights.
    public var byteCount: Int { manifest.files.values.reduce(0) { $0 + $1.bytes } }

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
        if case .intact(let model) = find(folder, digest, compilation) { return model }

        // Checks names, types and shapes of all tensors, before any file is written.
        let graphs = try compilation.graphs()
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        } catch {
            throw CompilationDraft.unwritable(cache, cause: error)
        }
        let lock = try FileLock.wait(parent.appendingPathComponent("\(precision).lock").path, waiting: waiting)
        defer { lock.release() }
        var wasDamaged: String?
        switch find(folder, digest, compilation) {
        case .intact(let model): return model
        case .damaged(let file): wasDamaged = file
        case .missing: break
        }

        CompilationDraft.removeAbandoned(in: cache.appendingPathComponent("compiled"))
        let draft = CompilationDraft(parent.appendingPathComponent("\(precision).draft"), cache: cache)
        do {
            try draft.begin(replacing: folder)
            let files = try write(graphs, to: draft.folder, progress: progress)
            let manifest = ModelManifest(compilation, digest: digest, files: files)
            try readBack(manifest, in: draft.folder)
            try manifest.write(to: draft.folder)
            try draft.finish(as: folder)
            return CompiledModel(
                folder: folder, manifest: manifest, isNew: true, wasDamaged: wasDamaged, isHashed: true)
        } catch {
            draft.remove()
            throw draft.explained(error)
        }
    }

    /// The graph of that name, loaded.
    /// - Throws: `damagedModel` where ONNX Runtime cannot read what was compiled, with the file that is damaged, if one is.
    package func session(
        _ graph: String, _ runtime: Runtime, _ options: SessionOptions
    ) throws(NetworksError) -> Session {
        let path = path(graph)
        do throws(ONNXRuntimeError) {
            return try Session(runtime: runtime, modelPath: path, options: options)
        } catch {
            try check()
            throw NetworksError(
                .damagedModel,
                "The compiled model cannot be loaded from \(path), though its files are as they were written. If there was memory "
                    + "enough for it, another version of ONNX Runtime may: delete \(folder.path), and the next start compiles it "
                    + "again.",
                cause: error)
        }
    }

    private static func write(
        _ graphs: [Graph], to folder: URL, progress: (Double) -> Void
    ) throws -> [String: ModelManifest.File] {
        let total = graphs.reduce(0) { $0 + $1.weightByteCount }
        try CompilationDraft.checkSpace(for: total, in: folder)
        var done = 0
        var files: [String: ModelManifest.File] = [:]
        for graph in graphs {
            let written = try graph.write(to: folder.appendingPathComponent("\(graph.name).onnx").path) { bytes in
                progress(min(1, Double(done + bytes) / Double(max(total, 1))))
            }
            for file in written {
                let name = URL(fileURLWithPath: file.path).lastPathComponent
                files[name] = ModelManifest.File(bytes: file.byteCount, sha256: file.sha256)
            }
            done += graph.weightByteCount
        }
        return files
    }

    /// Reads the written files, from the disk if possible, and compares them with what should have been written.
    private static func readBack(_ manifest: ModelManifest, in folder: URL) throws {
        for name in manifest.files.keys { forget(folder.appendingPathComponent(name).path) }
        let model = CompiledModel(folder: folder, manifest: manifest, isNew: true, wasDamaged: nil)
        guard let finding = try model.findings().first else { return }
        throw NetworksError(
            .damagedModel,
            "\(folder.appendingPathComponent(finding.file).path) does not read as it was written. Check the disk and the memory "
                + "of this machine, or set MODEL_CACHE_DIR to a folder on another disk.")
    }

    private enum Found {
        case intact(CompiledModel)
        /// A file that is not what the manifest says.
        case damaged(String)
        case missing
    }

    /// The model in a folder, if that holds what its manifest says, for this checkpoint and this version of the graphs.
    ///
    /// Large models are found by the sizes of their files, and hashed later, in the background.
    private static func find(_ folder: URL, _ digest: String, _ compilation: Compilation) -> Found {
        guard let manifest = ModelManifest(in: folder) else {
            let condemned = ModelManifest(in: folder, named: ModelManifest.condemnedName)
            return condemned == nil ? .missing : .damaged(folder.path)
        }
        guard
            manifest.format == compilation.format && manifest.digest == digest
                && manifest.precision == compilation.precision
        else { return .missing }
        let isWhole = manifest.files.values.reduce(0) { $0 + $1.bytes } <= wholeModelByteCount
        let model = CompiledModel(folder: folder, manifest: manifest, isNew: false, wasDamaged: nil, isHashed: isWhole)
        for (name, file) in manifest.files {
            let path = folder.appendingPathComponent(name).path
            let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            guard size == file.bytes else { return .damaged(path) }
        }
        if isWhole, let finding = (try? model.findings())?.first {
            return .damaged(folder.appendingPathComponent(finding.file).path)
        }
        return .intact(model)
    }
}
