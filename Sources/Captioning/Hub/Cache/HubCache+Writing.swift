import Checkpoint
import Concurrency
import Foundation

extension HubCache {
    /// Makes the folder, and marks the cache as one that backups may leave out (https://bford.info/cachedir/).
    func prepare(_ name: RepositoryName, _ commit: Commit) throws(HubError) {
        for place in [blobs(name), snapshot(name, commit), locks(name)] { try make(place) }
        let tag = folder.appending(path: "CACHEDIR.TAG")
        if !FileManager.default.fileExists(atPath: tag.path) {
            try? Data("Signature: 8a477f597d28d172789f06886806bc55\n".utf8).write(to: tag)
        }
    }

    /// Lets a snapshot's file be a relative link to its blob; on a file system without links, the blob itself or a copy of
    /// one. A link that is there already is replaced; a copy of that content stays.
    func link(_ name: RepositoryName, _ commit: Commit, _ file: FileName, to etag: ETag) throws(HubError) {
        if isInPlace(name, commit, file, etag) { return }
        let place = snapshot(name, commit).appending(path: file.description)
        try make(place.deletingLastPathComponent())
        let target = Self.target(file, etag)
        let draft = place.deletingLastPathComponent().appending(path: ".\(UUID()).link")
        switch fileSystem.link(target, draft.path) {
        case 0: try Self.rename(draft, place)
        case let number where FileSystemCalls.isUnsupported(number):
            try copy(name, commit, file, etag, draft: draft)
        case let number:
            throw HubError(
                .cache,
                "The link \(place.path) cannot be made (\(String(cString: strerror(number)))): make its folder writable, or "
                    + "set HF_HUB_CACHE or MODEL_CACHE_DIR to another.")
        }
    }

    /// Whether a snapshot's file is the link to its blob, or a copy of that content.
    func isInPlace(_ name: RepositoryName, _ commit: Commit, _ file: FileName, _ etag: ETag) -> Bool {
        let place = snapshot(name, commit).appending(path: file.description)
        if copies(name, commit)[file.description] == etag, isOrdinary(place) { return true }
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: place.path)) == Self.target(file, etag)
    }

    /// Where a file's link leads, from its own folder.
    private static func target(_ file: FileName, _ etag: ETag) -> String {
        String(repeating: "../", count: file.description.count { $0 == "/" } + 2) + "blobs/\(etag)"
    }

    /// Remembers that a commit does not hold a file.
    func noteAbsence(_ name: RepositoryName, _ commit: Commit, _ file: String) {
        let place = absence(name, commit, file)
        try? FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? Data().write(to: place)
    }

    /// Remembers which commit a branch or tag stands for; last of all, so that it never names half a snapshot.
    func note(_ name: RepositoryName, _ revision: Revision, _ commit: Commit) throws(HubError) {
        guard !revision.isCommit, self.commit(name, revision) != commit else { return }
        try Self.write(commit, to: reference(name, revision))
    }

    /// Remembers which commit has the safetensors that were converted from those of a commit of `main`, or that there is none.
    func noteConversion(_ name: RepositoryName, of main: Commit, _ conversion: Commit?) throws(HubError) {
        let place = conversionNote(name, main)
        if let conversion {
            if Self.commit(in: place) != conversion { try Self.write(conversion, to: place) }
        } else {
            try delete(place)
        }
    }

    /// Lets a file hold a commit, in one step.
    private static func write(_ commit: Commit, to place: URL) throws(HubError) {
        try make(place.deletingLastPathComponent())
        let draft = place.deletingLastPathComponent().appending(path: "\(place.lastPathComponent).\(UUID()).tmp")
        try translating("The file \(place.path)") {
            try Data(commit.description.utf8).write(to: draft)
            try rename(draft, place)
        }
    }

    func make(_ place: URL) throws(HubError) { try Self.make(place) }

    private static func make(_ place: URL) throws(HubError) {
        try translating("The folder \(place.path)") {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
    }

    /// Moves a file over another in one step.
    static func rename(_ source: URL, _ destination: URL) throws(HubError) {
        guard Foundation.rename(source.path, destination.path) == 0 else {
            let reason = String(cString: strerror(errno))
            try? FileManager.default.removeItem(at: source)
            throw HubError(.cache, "\(destination.path) cannot be written: \(reason).")
        }
    }

    static func translating(_ subject: String, _ work: () throws -> Void) throws(HubError) {
        do {
            try work()
        } catch let error as HubError {
            throw error
        } catch {
            throw HubError(
                .cache,
                "\(subject) cannot be made: make its folder writable, or set HF_HUB_CACHE or MODEL_CACHE_DIR to another.",
                cause: error)
        }
    }
}
