public import Checkpoint
public import Foundation
public import Hub
import Settings

/// What MODEL_ID and --model name: a folder, or a model on the Hugging Face Hub.
public enum ModelSource: Sendable {
    case folder(URL)
    case hub(ModelReference)

    /// Reads a name. An existing folder wins over a model on the Hub of the same name.
    ///
    /// - Throws: `CheckpointError` where the text is neither a checkpoint's folder nor a name of the Hub.
    public init(_ text: String) throws(CheckpointError) {
        let path = (text as NSString).expandingTildeInPath
        let isFolder = text == CheckpointLocation.demoFolder || FileManager.default.fileExists(atPath: path)
        if !isFolder, let reference = try? ModelReference(text) {
            self = .hub(reference)
        } else {
            self = .folder(try CheckpointLocation(text).folder())
        }
    }

    /// The folder with the checkpoint's files, which are fetched first where they must be; notes that it is used.
    ///
    /// - Parameters:
    ///   - modelCache: MODEL_CACHE_DIR.
    ///   - report: told how far a download has come.
    /// - Throws: `HubError`; `CancellationError`.
    public func checkpoint(
        modelCache: URL, report: @escaping @Sendable (HubEvent) -> Void
    ) async throws -> URL {
        switch self {
        case .folder(let folder):
            return folder
        case .hub(let reference):
            do {
                let snapshot = try await Hub.here(modelCache: modelCache).model(reference, report: report)
                UseLog(modelCache: modelCache).note(snapshot)
                return snapshot.folder
            } catch let error as HubError where [.repositoryMissing, .repositoryHidden].contains(error.code) {
                throw HubError(
                    error.code, "\(error.message) There is no folder \(reference) either.", cause: error.cause)
            }
        }
    }
}

extension Hub {
    /// The Hub as this process's environment describes it.
    ///
    /// - Throws: `invalidEnvironment`.
    public static func here(modelCache: URL) throws(HubError) -> Hub {
        var options = HubOptions()
        options.userAgent = "\(Release.name)/\(Release.version)"
        return Hub(try HubEnvironment(modelCache: modelCache), options: options)
    }
}
