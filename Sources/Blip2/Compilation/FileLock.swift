#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An exclusive lock between processes, held from its making until it is released or the process ends.
struct FileLock {
    private let descriptor: Int32

    /// Blocks until no other process holds the lock.
    init(path: String) throws(Blip2Error) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        var result = descriptor < 0 ? -1 : flock(descriptor, LOCK_EX)
        while result != 0 && errno == EINTR { result = flock(descriptor, LOCK_EX) }
        if result != 0 {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw Blip2Error(.cache, "The lock file \(path) cannot be used: \(reason).")
        }
    }

    func release() {
        close(descriptor)
    }
}
