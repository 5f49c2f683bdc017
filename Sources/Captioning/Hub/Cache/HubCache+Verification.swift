import Foundation

/// A file of a snapshot that is not what it should be, or cannot be told to be.
public struct FileFinding: Sendable, Equatable {
    public enum Problem: String, Sendable {
        /// It is needed and not there, or a link to a blob that is gone.
        case missing
        /// Its hash is not the one that it should have.
        case damaged
        /// Nothing here says which hash it should have: it is a copy that another program put there, or came from a server
        /// that gives no hashes.
        case unverified = "not verified"
    }

    /// Its path in the snapshot.
    public let file: String
    public let problem: Problem
}

extension CachedSnapshot {
    /// The content that a file of the snapshot should have: the blob that it links to, or what was written down of a copy.
    /// Nil where nobody wrote it down.
    func etag(of file: String) -> ETag? {
        linkedContent(of: file) ?? expectedContents[file]
    }

    /// The blob that a file of the snapshot links to; nil for an ordinary file, and for a link to elsewhere.
    func linkedContent(of file: String) -> ETag? {
        let link = folder.appending(path: file)
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link.path) else { return nil }
        let parts = target.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "blobs", let last = parts.last else { return nil }
        return ETag(String(last))
    }

    /// Hashes every file again. Blocks: a second or so for each gigabyte.
    ///
    /// - Parameter progress: told how many bytes were read since it was told before.
    /// - Returns: each file that is missing, damaged, or has nothing to be held against.
    /// - Throws: what `progress` throws.
    public func findings(progress: (Int) throws -> Void = { _ in }) throws -> [FileFinding] {
        let missing = missingFiles
        var findings = missing.map { FileFinding(file: $0, problem: .missing) }
        let contents = expectedContents
        for file in files where !missing.contains(file) {
            guard holds(file) else {
                findings.append(FileFinding(file: file, problem: .missing))
                continue
            }
            guard let etag = linkedContent(of: file) ?? contents[file], let kind = etag.hashKind else {
                findings.append(FileFinding(file: file, problem: .unverified))
                continue
            }
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
