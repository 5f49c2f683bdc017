import Foundation
import Pipeline

extension EmbeddingModel {
    /// The folder of the model that the settings name, which is fetched first where it is on the Hub; nil where there is none.
    static func folder(_ settings: Settings) async throws -> URL? {
        try await source(settings)?.checkpoint(
            modelCache: URL(fileURLWithPath: settings.modelCacheDirectory),
            report: TransferLine(settings.embeddingModel).report)
    }

    /// Loads the model in a folder. Blocks.
    init(folder: URL, _ settings: Settings) throws {
        try self.init(folder: folder, cache: URL(fileURLWithPath: settings.modelCacheDirectory)) {
            complain("Another process is compiling the embedding model; waiting for it.")
        }
    }
}
