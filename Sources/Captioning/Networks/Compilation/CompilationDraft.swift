import Checkpoint
import Concurrency
import Foundation
import ONNXGraph

/// The folder that a model is compiled into before it gets its final name, so that no model is ever incomplete.
///
/// The process that makes a draft holds the lock of its precision. A draft without such a process was left by a crash,
/// and is removed.
struct CompilationDraft {
    static let pathExtension = "draft"

    let folder: URL
    private let cache: URL

    /// - Parameter cache: MODEL_CACHE_DIR, for messages.
    init(_ folder: URL, cache: URL) {
        self.folder = folder
        self.cache = cache
    }

    /// Makes an empty folder, and removes the model that it will replace: nobody can start with that one any more, and
    /// its disk space may be needed. Processes that have loaded it keep it.
    func begin(replacing place: URL) throws {
        remove()
        try? FileManager.default.removeItem(at: place)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    /// Waits until the folder is on disk, and renames it to its final name.
    func finish(as place: URL) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try Self.synchronize(folder.appendingPathComponent(name))
        }
        try Self.synchronize(folder)
        try FileManager.default.moveItem(at: folder, to: place)
        try Self.synchronize(place.deletingLastPathComponent())
    }

    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Removes the drafts that no process works on, of any model: they are as large as models.
    static func removeAbandoned(in compiled: URL) {
        let manager = FileManager.default
        for digest in (try? manager.contentsOfDirectory(at: compiled, includingPropertiesForKeys: nil)) ?? [] {
            let entries = (try? manager.contentsOfDirectory(at: digest, includingPropertiesForKeys: nil)) ?? []
            for draft in entries where draft.pathExtension == pathExtension {
                let lock = draft.deletingPathExtension().appendingPathExtension(FileLock.pathExtension)
                guard let lock = FileLock.takeIfFree(lock.path) else { continue }
                try? manager.removeItem(at: draft)
                lock.release()
            }
        }
    }

    // MARK: Errors

    /// - Throws: `noSpace` where the disk has no room for weights of that size and the graphs beside them.
    static func checkSpace(for byteCount: Int, in folder: URL) throws(NetworksError) {
        let needed = byteCount + byteCount / 100 + (1 << 20)
        if let shortage = FolderSpace.shortage(of: needed, in: folder, for: "Compiling the model") {
            throw NetworksError(.noSpace, "\(shortage) \(advice)")
        }
    }

    /// An error of the file system as a sentence that names the folder and the setting; other errors stay as they are.
    func explained(_ error: any Error) -> any Error {
        switch error {
        case let error as ONNXGraphError where error.code == .noSpace:
            NetworksError(
                .noSpace,
                "The model could not be compiled, and what was begun is removed: \(error.message) \(Self.advice)",
                cause: nil)
        case let error as ONNXGraphError where error.code == .file:
            NetworksError(.cache, "The model could not be compiled: \(error.message) \(Self.advice)")
        case is CheckpointError, is NetworksError, is ONNXGraphError: error
        default: Self.unwritable(cache, cause: error)
        }
    }

    static func unwritable(_ cache: URL, cause: any Error) -> NetworksError {
        NetworksError(
            .cache,
            "The model cache \(cache.path) cannot be written: \(reason(of: cause)). "
                + "Set MODEL_CACHE_DIR to a folder that can.")
    }

    private static let advice = "Free some room, or set MODEL_CACHE_DIR to a folder on a larger disk."

    /// The system's own words, without Foundation's around them.
    private static func reason(of error: any Error) -> String {
        if let error = error as? CocoaError, let posix = error.underlying as? POSIXError {
            return String(cString: strerror(posix.code.rawValue))
        }
        return error.localizedDescription
    }

    private static func synchronize(_ place: URL) throws {
        let descriptor = open(place.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}
