import Concurrency
import Foundation

extension HubCache {
    /// Removes snapshots of one model, and every blob that no other snapshot of it links to.
    ///
    /// - Returns: how many bytes that freed.
    /// - Throws: `busy` where another process is fetching one of the blobs, before anything is removed; `cache`.
    @discardableResult
    public func remove(_ snapshots: [CachedSnapshot]) throws(HubError) -> Int {
        guard let name = snapshots.first?.name else { return 0 }
        let all = allSnapshots(of: name)
        // What belongs to a snapshot for huggingface_hub only goes with it.
        let companions = Set(snapshots.compactMap(\.original)).intersection(Self.companions(all))
        let doomed = Set(snapshots.map(\.commit)).union(companions)
        let kept = Set(all.filter { !doomed.contains($0.commit) }.flatMap(Self.etags))
        let isLast = all.allSatisfy { doomed.contains($0.commit) }
        let present = Set(Self.entries(blobs(name)).compactMap { Self.etag(ofBlobFile: $0) })
        // With the last snapshot everything goes; else what an unfinished download left may be some other snapshot's.
        let unused = (isLast ? present : Set(all.filter { doomed.contains($0.commit) }.flatMap(Self.etags)))
            .subtracting(kept)

        var held: [FileLock] = []
        defer { for lock in held { lock.release() } }
        for etag in unused {
            guard let taken = try FileLock.take(lock(name, etag), calls: fileSystem) else {
                throw HubError(.busy, "Another process is fetching files of \(name): wait for it, or end it first.")
            }
            held.append(taken)
        }
        var freed = 0
        for reference in references(of: name) {
            guard let commit = commit(name, reference.value), doomed.contains(commit) else { continue }
            try delete(folder(name).appending(path: "refs").appending(path: reference.key))
        }
        for commit in doomed {
            freed += copiedByteCount(name, commit)
            try delete(snapshot(name, commit))
            try delete(folder(name).appending(path: ".no_exist").appending(path: commit.description))
            try delete(tree(name, commit))
            try delete(copyList(name, commit))
            try delete(conversionNote(name, commit))
        }
        for main in snapshots.compactMap(\.original) { try delete(conversionNote(name, main)) }
        for file in Self.entries(blobs(name)) {
            guard let etag = Self.etag(ofBlobFile: file), unused.contains(etag) else { continue }
            let place = blobs(name).appending(path: file)
            freed += (try? FileManager.default.attributesOfItem(atPath: place.path)[.size] as? Int) ?? 0
            try delete(place)
        }
        if isLast {
            try delete(folder(name))
            try delete(locks(name))
        }
        return freed
    }

    private static func etags(_ snapshot: CachedSnapshot) -> [ETag] {
        snapshot.files.compactMap(snapshot.etag)
    }

    /// The blob that a file belongs to: itself, or what an unfinished download left of it.
    private static func etag(ofBlobFile name: String) -> ETag? {
        name.split(separator: ".").first.flatMap { ETag(String($0)) }
    }

    func delete(_ place: URL) throws(HubError) {
        do {
            try FileManager.default.removeItem(at: place)
        } catch CocoaError.fileNoSuchFile {
        } catch {
            throw HubError(.cache, "\(place.path) cannot be removed: \(error.localizedDescription)", cause: error)
        }
    }
}
