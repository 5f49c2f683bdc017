import Crypto

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What was written into a file.
public struct WrittenFile: Sendable, Equatable {
    public let path: String
    public let byteCount: Int
    /// SHA-256 of the bytes that were handed to the file system, 64 hexadecimal digits.
    public let sha256: String
}

/// A file that is written from its beginning to its end and is on disk once it is closed.
///
/// POSIX calls rather than Foundation's, for the sake of their errors: a full disk has to be told from a folder that may
/// not be written.
final class OutputFile {
    /// After so many bytes the disk is waited for: what is still unwritten then stays small, progress is honest, and the
    /// end does not take minutes.
    private static let bytesBetweenWaits = 256 << 20

    private let path: String
    private var descriptor: CInt
    private var unwaited = 0
    private var hash = SHA256()
    private(set) var length = 0

    init(path: String) throws(ONNXGraphError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure() }
    }

    deinit {
        if descriptor >= 0 { _ = Self.close(descriptor) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ONNXGraphError) {
        hash.update(bufferPointer: bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let written = Self.write(descriptor, piece.baseAddress, piece.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            rest = rest.dropFirst(written)
            length += written
            unwaited += written
        }
        if unwaited >= Self.bytesBetweenWaits { try waitForDisk() }
    }

    /// Waits until the bytes are on disk, so that a renamed folder never holds half a file.
    func close() throws(ONNXGraphError) -> WrittenFile {
        try waitForDisk()
        let result = Self.close(descriptor)
        descriptor = -1
        if result != 0 { throw failure() }
        let digits = hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        return WrittenFile(path: path, byteCount: length, sha256: digits.joined())
    }

    private func waitForDisk() throws(ONNXGraphError) {
        unwaited = 0
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    /// What `errno` says just now.
    private func failure() -> ONNXGraphError {
        let number = errno
        return ONNXGraphError(
            number == ENOSPC || number == EDQUOT || number == EFBIG ? .noSpace : .file,
            "\(path) could not be written: \(String(cString: strerror(number))).")
    }
}

// Inside the class, `close` and `write` are its own.
extension OutputFile {
    private static func close(_ descriptor: CInt) -> CInt {
        #if canImport(Glibc)
        Glibc.close(descriptor)
        #elseif canImport(Musl)
        Musl.close(descriptor)
        #else
        Darwin.close(descriptor)
        #endif
    }

    private static func write(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
        #else
        Darwin.write(descriptor, bytes, count)
        #endif
    }
}
