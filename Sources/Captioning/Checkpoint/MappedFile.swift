import CMappedFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file's bytes as the system's page cache holds them: nothing is read until it is looked at, and nothing is copied.
///
/// Whoever shortens the file while it is mapped makes later reads fail with a bus error, which ``MappedFaults`` explains;
/// checkpoints are replaced by renaming, never edited in place.
final class MappedFile: Sendable {
    let path: String

    /// Safe to share: the pages are mapped read-only, and they stay mapped for as long as this object lives.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    init(path: String) throws(CheckpointError) {
        // O_NONBLOCK: a named pipe in place of a file is refused below instead of waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.openingFailed(path, errno) }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.openingFailed(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError(.unreadableFile, "\(path) is not a regular file.")
        }
        let byteCount = Int(status.st_size)
        if byteCount == 0 {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)  // mmap refuses a length of zero
        } else {
            guard let start = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
                let reason = String(cString: strerror(errno))
                throw CheckpointError(.unreadableFile, "\(path) cannot be mapped into memory: \(reason).")
            }
            bytes = UnsafeRawBufferPointer(start: start, count: byteCount)
        }
        self.path = path
    }

    deinit {
        if let start = bytes.baseAddress {
            munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
        }
    }

    /// Tells the system that these ranges are wanted soon and nothing around them, so that it fetches them side by side
    /// and reads no further ahead: it may otherwise read megabytes for every few bytes that are looked at.
    func prefetch(_ ranges: [Range<Int>]) {
        guard let start = bytes.baseAddress else { return }
        // Advice may be ignored, and so may its failure.
        _ = madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, MADV_RANDOM)
        let pageSize = Int(sysconf(CInt(_SC_PAGESIZE)))
        for range in ranges {
            let first = range.lowerBound / pageSize * pageSize
            _ = madvise(UnsafeMutableRawPointer(mutating: start + first), range.upperBound - first, MADV_WILLNEED)
        }
    }

    /// Unmaps the pages that lie wholly within a range; looking at them again brings them back from the page cache.
    func forget(_ range: Range<Int>) {
        guard let start = bytes.baseAddress else { return }
        let pageSize = Int(sysconf(CInt(_SC_PAGESIZE)))
        let first = (range.lowerBound + pageSize - 1) / pageSize * pageSize
        let end = range.upperBound / pageSize * pageSize
        guard first < end else { return }
        _ = madvise(UnsafeMutableRawPointer(mutating: start + first), end - first, MADV_DONTNEED)
    }

    private static func openingFailed(_ path: String, _ number: CInt) -> CheckpointError {
        if number == ENOENT || number == ENOTDIR {
            return CheckpointError(.missingFile, "\(path) does not exist.")
        }
        return CheckpointError(.unreadableFile, "\(path) cannot be opened: \(String(cString: strerror(number))).")
    }
}

/// What happens when a file is cut short while it is mapped, here or by ONNX Runtime.
public enum MappedFaults {
    /// From now on, reading what is gone ends the process with status 1 and a sentence on standard error that names the
    /// file, instead of a bare SIGBUS.
    public static func explain() {
        mapped_files_explain_bus_errors()
    }
}
