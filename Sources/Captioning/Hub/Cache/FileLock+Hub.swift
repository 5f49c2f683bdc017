import Concurrency
import Foundation

// Locks on blobs and lists of copies. The files and the kinds of lock are huggingface_hub's, so that Python's processes wait
// for this one and the other way round.

extension FileLock {
    /// Takes the lock if nobody holds it; nil where somebody does.
    /// - Throws: `cache` where the file cannot be opened.
    static func take(_ file: URL, calls: FileSystemCalls = .system) throws(HubError) -> FileLock? {
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        do throws(FileLock.Failure) {
            return try take(file.path, calls: calls)
        } catch {
            throw HubError(.cache, "The lock file \(file.path) cannot be used: \(error.reason).")
        }
    }

    /// Waits until nobody else holds the lock, and takes it. It is tried again every 200 ms: the system has no call that waits for
    /// a lock and lets a task be cancelled.
    ///
    /// - Parameter onWait: told once, where somebody does.
    static func wait(
        _ file: URL, calls: FileSystemCalls = .system, onWait: () -> Void
    ) async throws -> FileLock {
        if let lock = try take(file, calls: calls) { return lock }
        onWait()
        while true {
            try await Task.sleep(for: .milliseconds(200))
            if let lock = try take(file, calls: calls) { return lock }
        }
    }
}
