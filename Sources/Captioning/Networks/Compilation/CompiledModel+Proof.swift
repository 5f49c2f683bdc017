import Checkpoint
import Concurrency
import Crypto
public import Foundation

/// Whether a compiled model is what it was when it was compiled.
extension CompiledModel {
    /// A file that differs from the manifest.
    public struct Finding: Sendable, Equatable {
        public enum Problem: String, Sendable {
            case missing
            case damaged
            /// It cannot be read at all.
            case unreadable
        }

        public let file: String
        public let problem: Problem
    }

    /// The gentle read rate, in bytes a second, which others hardly notice.
    private static let gentleRate = 256 << 20

    /// The checkpoint's folder when the model was compiled.
    public var source: String { manifest.source }

    /// Graphs and weight files.
    public var fileCount: Int { manifest.files.count }

    /// Identifies this compilation among all others, of this checkpoint or not.
    public var build: String { manifest.build }

    /// All models under `MODEL_CACHE_DIR/compiled`, those that were found damaged included, sorted by their folders.
    public static func all(in cache: URL) -> [CompiledModel] {
        let compiled = cache.appendingPathComponent("compiled")
        func entries(_ folder: URL) -> [URL] {
            let found = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            return (found ?? []).sorted { $0.path < $1.path }
        }
        return entries(compiled).flatMap(entries).compactMap { folder in
            guard folder.pathExtension.isEmpty,
                let manifest = ModelManifest(in: folder)
                    ?? ModelManifest(in: folder, named: ModelManifest.condemnedName)
            else { return nil }
            return CompiledModel(folder: folder, manifest: manifest, isNew: false, wasDamaged: nil)
        }
    }

    /// Hashes every file. Blocks: about a second for each gigabyte.
    /// - Parameters:
    ///   - isGentle: reads slowly enough that others hardly notice, and hence for longer.
    ///   - progress: told how many bytes were read since it was told before.
    /// - Throws: what `progress` throws.
    public func findings(isGentle: Bool = false, progress: (Int) throws -> Void = { _ in }) throws -> [Finding] {
        let began = ContinuousClock.now
        var count = 0
        var findings: [Finding] = []
        for (name, file) in manifest.files.sorted(by: { $0.key < $1.key }) {
            let path = folder.appendingPathComponent(name).path
            let hash = try Self.sha256(of: path) { read in
                count += read
                try progress(read)
                let due = began + .seconds(Double(count) / Double(Self.gentleRate))
                let pause = due - .now
                if isGentle, pause > .zero { Thread.sleep(forTimeInterval: pause / .seconds(1)) }
            }
            switch hash {
            case .success(file.sha256): break
            case .success: findings.append(Finding(file: name, problem: .damaged))
            case .failure(let error):
                findings.append(Finding(file: name, problem: error.code == .ENOENT ? .missing : .unreadable))
            }
        }
        return findings
    }

    /// Hashes every file. If one is damaged, the next start compiles the model again.
    ///
    /// A model that another process has removed or replaced by a newer one does not count as damaged.
    /// - Parameters: as in ``findings(isGentle:progress:)``.
    /// - Throws: `damagedModel` with the file and what to do.
    public func check(isGentle: Bool = false, progress: (Int) -> Void = { _ in }) throws(NetworksError) {
        // Only `progress` could throw, and it does not.
        guard let finding = (try? findings(isGentle: isGentle, progress: progress))?.first else { return }
        let path = folder.appendingPathComponent(finding.file).path
        let isCondemned = ModelManifest(in: folder, named: ModelManifest.condemnedName)?.build == build
        guard isCondemned || ModelManifest(in: folder)?.build == build else { return }
        let remedy =
            isCondemned || condemn()
            ? "The next start compiles the model anew" : "Delete \(folder.path): the next start compiles the model anew"
        throw NetworksError(
            .damagedModel,
            "\(path) is \(finding.problem.rawValue): its SHA-256 is not the one that was written when the model was compiled. "
                + "\(remedy). If it happens again, check the disk and the memory of this machine.")
    }

    /// Renames the manifest, so that the folder no longer counts as a model. Mapped files stay where they are.
    private func condemn() -> Bool {
        let manager = FileManager.default
        let aside = folder.appendingPathComponent(ModelManifest.condemnedName)
        try? manager.removeItem(at: aside)
        return (try? manager.moveItem(at: folder.appendingPathComponent(ModelManifest.fileName), to: aside)) != nil
    }

    // MARK: Changed files

    /// A text from the files' metadata, which changes when a file is written to, replaced or removed. Takes
    /// microseconds.
    public func stamp() -> String {
        manifest.files.keys.sorted().map { name in
            var status = stat()
            guard stat(folder.appendingPathComponent(name).path, &status) == 0 else { return "\(name) -" }
            let (written, changed) = (status.st_mtim, status.st_ctim)
            return "\(name) \(status.st_dev) \(status.st_ino) \(status.st_size) \(written.tv_sec).\(written.tv_nsec) "
                + "\(changed.tv_sec).\(changed.tv_nsec)"
        }.joined(separator: "\n")
    }

    // MARK: Known answers

    /// The known answer of this model.
    /// - Parameter machine: what computes it.
    public func answer(on machine: String) -> KnownAnswer? { manifest.answers[machine] }

    /// Keeps an answer in the manifest. Where the manifest cannot be written, nothing is kept.
    public func keep(_ answer: KnownAnswer, on machine: String) {
        let lock = folder.appendingPathExtension(FileLock.pathExtension)
        guard let lock = try? FileLock.wait(lock.path) else { return }
        defer { lock.release() }
        guard var current = ModelManifest(in: folder), current.build == build else { return }
        current.answers[machine] = answer
        try? current.write(to: folder)
    }

    // MARK: Hashing

    private static let chunkByteCount = 4 << 20

    /// The SHA-256 of a file, in small hexadecimal digits.
    private static func sha256(of path: String, read progress: (Int) throws -> Void) throws -> Result<
        String, POSIXError
    > {
        func failure() -> Result<String, POSIXError> { .failure(POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return failure() }
        defer { close(descriptor) }
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkByteCount, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return failure() }
            if count == 0 { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            try progress(count)
        }
        return .success(hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
    }

    /// Asks the system to drop its cached pages of a file, so that it is read from the disk next.
    static func forget(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
        close(file)
    }
}
