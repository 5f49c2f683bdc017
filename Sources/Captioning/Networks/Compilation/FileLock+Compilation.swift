import Checkpoint
import Concurrency
import Foundation

extension FileLock {
    static let pathExtension = "lock"

    /// Blocks until no other process holds the lock, and takes it.
    ///
    /// - Parameter waiting: called once, before waiting, where another process holds it.
    static func wait(_ path: String, waiting: () -> Void = {}) throws(NetworksError) -> FileLock {
        var hasWaited = false
        while true {
            do throws(FileLock.Failure) {
                if let lock = try take(path) { return lock }
            } catch {
                throw NetworksError(
                    .cache,
                    "The lock file \(path) cannot be used: \(error.reason). Set MODEL_CACHE_DIR to a folder that can be "
                        + "written.")
            }
            if !hasWaited { waiting() }
            hasWaited = true
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    /// The lock of an existing file; nil if there is none, or if another process holds it.
    static func takeIfFree(_ path: String) -> FileLock? { (try? take(path, isCreating: false)) ?? nil }
}
