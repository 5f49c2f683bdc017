import Foundation
import Synchronization

/// Fetches the content of one file, in parts several at a time, until its hash is what its tag says.
struct BlobDownload: Sendable {
    let metadata: FileMetadata
    let reference: ModelReference
    let commit: Commit
    /// What the list of files says of it.
    let listed: RepositoryListing.Content?
    /// Whose disk the blob is written to.
    let cacheFolder: URL
    let client: HubClient
    let options: HubOptions
    let meter: FileMeter

    /// The server sends the whole file however small a part is asked for.
    struct RangesRefused: Error {}

    /// Two parts came with different tags.
    struct TagChanged: Error {}

    /// What the tasks of one file share.
    final class Shared: Sendable {
        /// Where the bytes are; asked for again when the address has expired.
        let location: Mutex<URL>
        /// The tag of the first part.
        let tag = Mutex<String?>(nil)

        init(_ location: URL) {
            self.location = Mutex(location)
        }
    }

    private static let mostAttempts = 2

    /// Writes the blob. The caller holds its lock.
    ///
    /// - Throws: `HubError`; `CancellationError`. What was fetched stays for the next time, unless it was wrong.
    func run(to blob: URL) async throws {
        let partial = try PartialBlob(blob, size: metadata.size ?? 0, partByteCount: options.partByteCount)
        meter.found(await partial.plan.foundByteCount)
        for attempt in 1...Self.mostAttempts {
            let problem: HubError
            do {
                try await fetch(into: partial)
                guard let found = try await wrongHash(partial) else { return try await partial.become(blob) }
                problem = HubError(
                    .wrongHash,
                    "\(metadata.file) of \(reference) came with the hash \(found), not \(metadata.etag). Try again; if it stays "
                        + "so, what stands between here and the Hub changes files.")
            } catch is TagChanged {
                problem = HubError(
                    .changed,
                    "\(metadata.file) of \(reference) changed while its parts were fetched. Try again; if it stays so, what "
                        + "stands between here and the Hub does not serve one file.")
            }
            try await partial.discard()
            meter.forget()
            if attempt == Self.mostAttempts { throw problem }
            meter.note("\(problem.message) Fetching it once more.")
        }
    }

    /// The hash of what was fetched, where it is not the one that the tag says.
    private func wrongHash(_ partial: PartialBlob) async throws -> String? {
        guard let kind = metadata.etag.hashKind else {
            let host = client.environment.endpoint.host ?? "The Hub"
            meter.note("\(host) gives no hash of \(metadata.file), so what came could not be checked.")
            return nil
        }
        let hash = try await partial.hash(kind) { [meter] count in
            try Task.checkCancellation()
            meter.checked(count)
        }
        return hash == metadata.etag.description ? nil : hash
    }

    private func fetch(into partial: PartialBlob) async throws {
        let shared = Shared(metadata.location)
        guard metadata.size != nil else { return try await fetchWhole(into: partial, shared) }
        let missing = await partial.plan.missing
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, part) in missing.enumerated() {
                    if index >= options.parallelism { try await group.next() }
                    group.addTask { try await fetch(part, into: partial, shared) }
                }
                try await group.waitForAll()
            }
        } catch is RangesRefused {
            // From the beginning, in one go: what other parts brought is written again.
            try await partial.discard()
            meter.forget()
            try await fetchWhole(into: partial, shared)
        }
    }
}
