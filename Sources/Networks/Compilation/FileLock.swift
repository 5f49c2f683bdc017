#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An exclusive lock between processes, held from its making until it is released or the process ends.
struct FileLock {
    static let pathExtension = "lock"

    private let descriptor: Int32

    /// Blocks until no other process holds the lock.
    ///
    /// - Parameter waiting: called once, before waiting, where another process holds it.
    init(path: String, waiting: () -> Void = {}) throws(NetworksError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        var result = descriptor < 0 ? -1 : flock(descriptor, LOCK_EX | LOCK_NB)
        if result != 0, descriptor >= 0, errno == EWOULDBLOCK {
            waiting()
            result = flock(descriptor, LOCK_EX)
        }
        while result != 0 && errno == EINTR { result = flock(descriptor, LOCK_EX) }
        if result != 0 {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw NetworksError(
                .cache,
                "The lock file \(path) cannot be used: \(reason). Set MODEL_CACHE_DIR to a folder that can be written.")
        }
    }

    /// The lock of a file that is there, or nil where it is not, or where a process holds it.
    init?(ifFree path: String) {
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    func release() {
        close(descriptor)
    }
}
