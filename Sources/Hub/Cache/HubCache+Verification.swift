import Foundation

/// A file of a snapshot that is not what it should be.
public struct FileFinding: Sendable, Equatable {
    public enum Problem: String, Sendable {
        /// It is needed and not there, or a link to a blob that is gone.
        case missing
        /// Its hash is not the one that its blob is named by.
        case damaged
    }

    /// Its path in the snapshot.
    public let file: String
    public let problem: Problem
}

extension CachedSnapshot {
    /// The blob that a file of the snapshot links to; nil for an ordinary file, and for a link to elsewhere.
    func etag(of file: String) -> ETag? {
        let link = folder.appending(path: file)
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link.path) else { return nil }
        let parts = target.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "blobs", let last = parts.last else { return nil }
        return ETag(String(last))
    }

    /// Hashes every file again. Blocks: a second or so for each gigabyte.
    ///
    /// Files whose names in the cache are no hash, as other servers than the Hub may give them, cannot be told good from
    /// damaged.
    /// - Parameter progress: told how many bytes were read since it was told before.
    /// - Throws: what `progress` throws.
    public func findings(progress: (Int) throws -> Void = { _ in }) throws -> [FileFinding] {
        var findings = missingFiles.map { FileFinding(file: $0, problem: .missing) }
        for file in files where !findings.contains(where: { $0.file == file }) {
            guard holds(file) else {
                findings.append(FileFinding(file: file, problem: .missing))
                continue
            }
            guard let etag = etag(of: file), let kind = etag.hashKind else { continue }
            do {
                let hash = try ContentHash.of(folder.appending(path: file), kind, progress: progress)
                if hash != etag.description { findings.append(FileFinding(file: file, problem: .damaged)) }
            } catch is HubError {
                findings.append(FileFinding(file: file, problem: .damaged))
            }
        }
        return findings
    }
}
