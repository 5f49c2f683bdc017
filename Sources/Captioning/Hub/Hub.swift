import Concurrency
import Foundation

/// The Hugging Face Hub: models by their names, from the cache or from the network.
public struct Hub: Sendable {
    public let environment: HubEnvironment
    public let options: HubOptions

    public init(_ environment: HubEnvironment, options: HubOptions = HubOptions()) {
        self.environment = environment
        self.options = options
    }

    public var cache: HubCache { HubCache(environment.cache, fileSystem: options.fileSystem) }

    /// The model's files: those in the cache where they are all there, without asking the Hub whether it has newer ones;
    /// else the Hub's.
    ///
    /// - Parameter report: told how far a download has come.
    /// - Throws: ``HubError``; `CancellationError`.
    public func model(
        _ reference: ModelReference, report: @escaping @Sendable (HubEvent) -> Void
    ) async throws -> CachedSnapshot {
        let cached = cachedSnapshot(reference)
        if let cached, cached.missingFiles.isEmpty, environment.isOffline || hasAllThereIs(cached) { return cached }
        do {
            return try await pull(reference, report: report)
        } catch let error as HubError {
            // Whatever keeps the Hub from answering, or the cache from being written, the model is there.
            guard let cached, cached.missingFiles.isEmpty else { throw error }
            report(.note("\(error.message) The files of \(reference) that are there are used."))
            return cached
        }
    }

    /// Fetches what the cache lacks of a model's revision, as the Hub has it now.
    ///
    /// - Parameter report: told how far it has come.
    /// - Throws: ``HubError``; `CancellationError`. What was fetched by then stays, and the next call goes on from there.
    public func pull(
        _ reference: ModelReference, report: @escaping @Sendable (HubEvent) -> Void
    ) async throws -> CachedSnapshot {
        guard !environment.isOffline else {
            throw HubError(
                .offline,
                "HF_HUB_OFFLINE forbids the network, and \(reference) is not, or not wholly, in \(cache.folder.path). Unset "
                    + "it once to fetch the model, or copy its folder there.")
        }
        return try await HubClient.with(environment, options) { client in
            try await SnapshotDownload(
                reference: reference, cache: cache, client: client, options: options, report: report
            ).run()
        }
    }

    /// What the cache holds of a revision, wholly or in part; for `main`, its safetensors of a pull request where it has none
    /// of its own.
    public func cachedSnapshot(_ reference: ModelReference) -> CachedSnapshot? {
        guard let commit = cache.snapshotCommit(reference.name, reference.revision) else { return nil }
        return cache.allSnapshots(of: reference.name).first { $0.commit == commit }
    }

    /// Whether every file that may be used is there, or known not to exist.
    private func hasAllThereIs(_ snapshot: CachedSnapshot) -> Bool {
        NeededFiles.optional.allSatisfy { file in
            snapshot.holds(file)
                || FileManager.default.fileExists(
                    atPath: cache.absence(snapshot.name, snapshot.commit, file).path)
        }
    }
}
