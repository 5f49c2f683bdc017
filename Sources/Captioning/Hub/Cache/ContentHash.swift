import Concurrency
import Crypto
import Foundation

/// The hash of a file's content, of the kind that its tag on the Hub is.
struct ContentHash {
    enum Kind: Sendable {
        /// git's: SHA-1 of `blob <bytes>`, a zero byte, and the content.
        case gitBlob
        /// SHA-256 of the content: files in large file storage.
        case sha256
    }

    private static let chunkByteCount = 4 << 20

    /// The hash of a file, in small hexadecimal digits. Blocks while it reads, and keeps 4 MiB in memory.
    ///
    /// - Parameter progress: told how many bytes were read since it was told before; what it throws ends the work.
    /// - Throws: `cache` for a file that cannot be read.
    static func of(_ file: URL, _ kind: Kind, progress: (Int) throws -> Void = { _ in }) throws -> String {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw HubError(.cache, "\(file.path) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        switch kind {
        case .sha256:
            return try digest(descriptor, file, SHA256(), progress)
        case .gitBlob:
            var hash = Insecure.SHA1()
            hash.update(data: Data("blob \(status.st_size)\0".utf8))
            return try digest(descriptor, file, hash, progress)
        }
    }

    private static func digest(
        _ descriptor: Int32, _ file: URL, _ function: some HashFunction, _ progress: (Int) throws -> Void
    ) throws -> String {
        var hash = function
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkByteCount, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw HubError(.cache, "\(file.path) cannot be read: \(String(cString: strerror(errno))).")
            }
            if count == 0 { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            try progress(count)
        }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// Hashes files on a thread of its own.
actor FileHashing {
    private let executor = BlockingExecutor(label: "image-to-song.download")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The hash of a file, in small hexadecimal digits.
    /// - Throws: `cache`; `CancellationError`.
    func hash(of file: URL, _ kind: ContentHash.Kind) throws -> String {
        try ContentHash.of(file, kind) { _ in try Task.checkCancellation() }
    }
}
