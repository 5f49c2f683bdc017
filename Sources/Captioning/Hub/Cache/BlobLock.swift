import Checkpoint
import Foundation

/// An exclusive lock between processes on one blob; see `FileLock`.
///
/// The file and the kinds of lock are huggingface_hub's, so Python's processes wait for this one and the other way round.
struct BlobLock: Sendable {
    private let lock: FileLock

    /// Takes the lock if nobody holds it; nil where somebody does.
    /// - Throws: `cache` where the file cannot be opened.
    static func take(_ file: URL, calls: FileSystemCalls = .system) throws(HubError) -> BlobLock? {
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        do throws(FileLock.Failure) {
            return try FileLock.take(file.path, calls: calls).map(BlobLock.init)
        } catch {
            throw HubError(.cache, "The lock file \(file.path) cannot be used: \(error.reason).")
        }
    }

    /// Waits until nobody else holds the lock, and takes it.
    ///
    /// - Parameter onWait: told once, where somebody does.
    static func wait(
        _ file: URL, calls: FileSystemCalls = .system, onWait: () -> Void
    ) async throws -> BlobLock {
        if let lock = try take(file, calls: calls) { return lock }
        onWait()
        while true {
            try await Task.sleep(for: .milliseconds(200))
            if let lock = try take(file, calls: calls) { return lock }
        }
    }

    func release() {
        lock.release()
    }
}
