import Captioning
import Foundation

/// Checks the files of a compiled model: soon after the start, and whenever one of them has changed.
actor ModelProof {
    private let files: any ModelFiles
    /// What the files were when they were last found sound.
    private var soundStamp: String?
    private var check: (stamp: String, task: Task<Void, any Error>)?

    init(_ files: any ModelFiles) {
        self.files = files
    }

    /// Whether the files are those that were loaded, or were found sound since, as far as the file system can tell.
    func isUntouched(_ stamp: String) -> Bool { stamp == soundStamp ?? files.loadedStamp }

    /// Hashes the files, unless that is under way.
    /// - Parameter isGentle: see ``ModelFiles/check(isGentle:)``.
    /// - Throws: what is wrong with them.
    func prove(isGentle: Bool) async throws {
        let stamp = files.stamp()
        if let check, check.stamp == stamp { return try await check.task.value }
        let task = Task { [files] in
            try await Self.onItsOwnThread(isGentle: isGentle) { try files.check(isGentle: isGentle) }
        }
        check = (stamp, task)
        defer { if check?.stamp == stamp { check = nil } }
        try await task.value
        soundStamp = stamp
    }

    /// Runs blocking work on a thread of its own; with the lowest priority if gentle.
    private static func onItsOwnThread(
        isGentle: Bool, _ work: @escaping @Sendable () throws -> Void
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let thread = Thread {
                // On Linux this is the priority of the calling thread alone.
                if isGentle { setpriority(Int32(PRIO_PROCESS.rawValue), 0, 19) }
                continuation.resume(with: Result { try work() })
            }
            thread.name = "model-proof"
            thread.start()
        }
    }
}
