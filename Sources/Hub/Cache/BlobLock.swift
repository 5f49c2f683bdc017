import Foundation

/// An exclusive lock between processes on one blob, held until it is released or the process ends.
///
/// The file and the kind of lock are huggingface_hub's, so Python's processes wait for this one and the other way round.
/// The file stays: were it removed, two processes could hold locks on two files of its name.
struct BlobLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock if nobody holds it; nil where somebody does.
    /// - Throws: `cache` where the file cannot be opened.
    static func take(_ file: URL) throws(HubError) -> BlobLock? {
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw HubError(.cache, "The lock file \(file.path) cannot be used: \(String(cString: strerror(errno))).")
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return BlobLock(descriptor: descriptor) }
        let reason = errno
        close(descriptor)
        guard reason == EWOULDBLOCK || reason == EINTR else {
            throw HubError(.cache, "The lock file \(file.path) cannot be used: \(String(cString: strerror(reason))).")
        }
        return nil
    }

    /// Waits until nobody else holds the lock, and takes it.
    ///
    /// - Parameter onWait: told once, where somebody does.
    static func wait(_ file: URL, onWait: () -> Void) async throws -> BlobLock {
        if let lock = try take(file) { return lock }
        onWait()
        while true {
            try await Task.sleep(for: .milliseconds(200))
            if let lock = try take(file) { return lock }
        }
    }

    func release() {
        close(descriptor)
    }
}
