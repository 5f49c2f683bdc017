import ArgumentParser
import Foundation
import Hub
import Serving
import Settings

struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetches models from the Hugging Face Hub, and keeps house among them.",
        discussion: """
            Models lie where huggingface_hub keeps them: in HF_HUB_CACHE, else in the folder hub of HF_HOME; where neither \
            is set, in MODEL_CACHE_DIR. HF_TOKEN opens private and gated models.
            """,
        subcommands: [Pull.self, List.self, Verify.self, Remove.self])
}

extension Models {
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
