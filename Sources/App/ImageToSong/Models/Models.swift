import ArgumentParser
import Checkpoint
import Foundation
import Hub
import Serving
import Settings

struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Downloads models from the Hugging Face Hub, lists, checks and removes them.",
        discussion: """
            A model is named as on the Hub, organisation/name, or by a short name of `models available`. \
            Models are kept where huggingface_hub keeps them: in HF_HUB_CACHE, or in the folder hub of HF_HOME; if \
            neither is set, in MODEL_CACHE_DIR. HF_TOKEN opens private and gated models.
            """,
        subcommands: [Available.self, Pull.self, List.self, Verify.self, Remove.self])
}

extension Models {
    /// Rows of as many cells each, in columns that are aligned on the left.
    static func table(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let texts = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return texts.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }

    /// The cache, and what this program keeps beside it.
    struct Shelf {
        let modelCache: URL
        let hub: Hub
        let uses: UseLog

        init() throws {
            modelCache = URL(fileURLWithPath: try Settings.load().modelCacheDirectory)
            hub = try Hub.here(modelCache: modelCache)
            uses = UseLog(modelCache: modelCache)
        }

        var compiled: CompiledCopies { CompiledCopies(modelCache: modelCache) }
    }
}

/// What was compiled from checkpoints: the folders of `MODEL_CACHE_DIR/compiled`, named by a digest of the checkpoint.
struct CompiledCopies {
    private let folder: URL

    init(modelCache: URL) {
        folder = modelCache.appendingPathComponent("compiled")
    }

    /// The precisions that a model was compiled in, sorted. Reads samples of its weights.
    func precisions(of snapshot: CachedSnapshot) -> [String] {
        guard let copy = copy(of: snapshot) else { return [] }
        return Self.entries(copy).filter { name in
            FileManager.default.fileExists(atPath: copy.appendingPathComponent("\(name)/manifest.json").path)
        }.sorted()
    }

    /// The folder of a model's compiled forms; nil where there is none.
    func copy(of snapshot: CachedSnapshot) -> URL? {
        guard !Self.entries(folder).isEmpty, snapshot.missingFiles.isEmpty,
            let digest = try? CheckpointFolder(snapshot.folder).digest()
        else { return nil }
        let copy = folder.appendingPathComponent(digest)
        return FileManager.default.fileExists(atPath: copy.path) ? copy : nil
    }

    private static func entries(_ folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }
}
