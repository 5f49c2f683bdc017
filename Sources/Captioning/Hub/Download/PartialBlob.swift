import Concurrency
import Foundation
import NIOCore

/// A blob while it is being fetched: a file of its final length, and a list of the parts that are in it.
///
/// Both lie beside the blob and outlive the process, so that the next one goes on where this one was cut. Their names are
/// not huggingface_hub's `<etag>.incomplete`: older versions of that take such a file's length for how far they have come.
/// The caller holds the blob's lock.
actor PartialBlob {
    private struct Journal: Codable {
        let size: Int
        let partByteCount: Int
        var parts: Set<Int>
    }

    private let executor = BlockingExecutor(label: "image-to-song.download")
    private let data: URL
    private let list: URL
    private var journal: Journal
    private var descriptor: Int32

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    static func data(_ blob: URL) -> URL { blob.appendingPathExtension("image-to-song.incomplete") }

    static func list(_ blob: URL) -> URL { blob.appendingPathExtension("image-to-song.parts") }

    /// Opens what an earlier process left, or begins anew.
    ///
    /// - Throws: `cache`.
    init(_ blob: URL, size: Int, partByteCount: Int) throws(HubError) {
        (data, list) = (Self.data(blob), Self.list(blob))
        journal = Journal(size: size, partByteCount: partByteCount, parts: [])
        descriptor = open(data.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(data) }
        var status = stat()
        if fstat(descriptor, &status) == 0, Int(status.st_size) == size, let bytes = try? Data(contentsOf: list),
            let earlier = try? JSONDecoder().decode(Journal.self, from: bytes), earlier.size == size,
            earlier.partByteCount == partByteCount
        {
            journal = earlier
        } else {
            try Self.empty(descriptor, data, list, size: size)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Bytes on disk already of a blob that an earlier process began; 0 where it left nothing of use.
    static func foundByteCount(_ blob: URL, size: Int) -> Int {
        guard let bytes = try? Data(contentsOf: list(blob)),
            let earlier = try? JSONDecoder().decode(Journal.self, from: bytes),
            earlier.size == size, earlier.partByteCount > 0
        else { return 0 }
        return min(size, earlier.parts.count * earlier.partByteCount)
    }

    /// The parts that are still to be fetched, in order, and the bytes of those that are not.
    var plan: (missing: [Range<Int>], foundByteCount: Int) {
        let all = stride(from: 0, to: max(journal.size, 1), by: journal.partByteCount).map { start in
            start..<min(journal.size, start + journal.partByteCount)
        }
        let missing = all.enumerated().filter { !journal.parts.contains($0.offset) }.map(\.element)
        return (missing, journal.size - missing.reduce(0) { $0 + $1.count })
    }

    /// Writes bytes into their place.
    ///
    /// - Throws: `diskFull`, `cache`.
    func write(_ bytes: ByteBuffer, at offset: Int) throws(HubError) {
        let failed = bytes.withUnsafeReadableBytes { buffer -> Bool in
            var done = 0
            while done < buffer.count {
                let count = pwrite(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { return true }
                done += count
            }
            return false
        }
        if failed { throw Self.failure(data) }
    }

    /// Ends a file whose length was not known before.
    func shorten(to length: Int) throws(HubError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw Self.failure(data) }
    }

    /// Remembers that a part is whole.
    func finish(_ part: Range<Int>) throws(HubError) {
        journal.parts.insert(part.lowerBound / journal.partByteCount)
        guard journal.size > journal.partByteCount else { return }
        let draft = list.appendingPathExtension("draft")
        do {
            try JSONEncoder().encode(journal).write(to: draft)
        } catch {
            throw HubError(.cache, "\(draft.path) cannot be written.", cause: error)
        }
        try HubCache.rename(draft, list)
    }

    /// Forgets everything that was fetched.
    func discard() throws(HubError) {
        journal.parts = []
        try Self.empty(descriptor, data, list, size: journal.size)
    }

    func hash(_ kind: ContentHash.Kind, progress: @Sendable (Int) throws -> Void) throws -> String {
        try ContentHash.of(data, kind, progress: progress)
    }

    /// Makes the file the blob, once its bytes are on the disk itself.
    func become(_ blob: URL) throws(HubError) {
        guard fsync(descriptor) == 0 else { throw Self.failure(data) }
        try HubCache.rename(data, blob)
        try? FileManager.default.removeItem(at: list)
    }

    private static func empty(_ descriptor: Int32, _ data: URL, _ list: URL, size: Int) throws(HubError) {
        try? FileManager.default.removeItem(at: list)
        guard ftruncate(descriptor, 0) == 0, ftruncate(descriptor, off_t(size)) == 0 else { throw failure(data) }
    }

    private static func failure(_ file: URL) -> HubError {
        let reason = errno
        if reason == EFBIG {
            return HubError(
                .cache,
                "\(file.path) cannot be written: the disk's file system takes no file of this size (FAT32 ends at 4 GB). Set "
                    + "HF_HUB_CACHE or MODEL_CACHE_DIR to a folder on a disk of another kind.")
        }
        guard reason == ENOSPC || reason == EDQUOT else {
            return HubError(.cache, "\(file.path) cannot be written: \(String(cString: strerror(reason))).")
        }
        return HubError(
            .diskFull,
            "The disk of \(file.deletingLastPathComponent().path) is full. Make room and try again: what was fetched stays."
        )
    }
}
