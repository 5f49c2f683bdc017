import Checkpoint
import Concurrency
import Foundation

/// Snapshots whose files are ordinary files instead of links: on file systems without links, and in caches that were
/// copied without them. Nothing in the file's place says which content it is, so that is written down beside it.
extension HubCache {
    /// What is written down of one commit's files.
    private struct CopyList: Codable {
        static let format = 1

        var format = CopyList.format
        /// The tags of ordinary files, by their paths in the snapshot.
        var files: [String: String]
    }

    /// What huggingface_hub writes down of a commit's files, links or not.
    private struct Tree: Decodable {
        struct File: Decodable {
            let blobID: String
            let sha256: String?

            enum CodingKeys: String, CodingKey {
                case blobID = "blob_id"
                case sha256 = "lfs_sha256"
            }
        }

        let files: [String: File]
    }

    func copyList(_ name: RepositoryName, _ commit: Commit) -> URL {
        folder(name).appending(path: "copies").appending(path: "\(commit).json")
    }

    func tree(_ name: RepositoryName, _ commit: Commit) -> URL {
        folder(name).appending(path: "trees").appending(path: "\(commit).json")
    }

    /// The contents that ordinary files of a snapshot had when they were put there or last compared, by their paths.
    func copies(_ name: RepositoryName, _ commit: Commit) -> [String: ETag] {
        guard let bytes = try? Data(contentsOf: copyList(name, commit)),
            let list = try? JSONDecoder().decode(CopyList.self, from: bytes), list.format == CopyList.format
        else { return [:] }
        return list.files.compactMapValues { ETag($0) }
    }

    /// The contents that a snapshot's files should have as far as anybody wrote them down: this program, or huggingface_hub.
    func expectedContents(_ name: RepositoryName, _ commit: Commit) -> [String: ETag] {
        let tree = (try? Data(contentsOf: tree(name, commit))).flatMap {
            try? JSONDecoder().decode(Tree.self, from: $0)
        }
        let theirs = (tree?.files ?? [:]).compactMapValues { ETag($0.sha256 ?? $0.blobID) }
        return theirs.merging(copies(name, commit)) { $1 }
    }

    /// Writes down which content an ordinary file of a snapshot has.
    func noteCopy(_ name: RepositoryName, _ commit: Commit, _ file: FileName, _ etag: ETag) throws(HubError) {
        let list = copyList(name, commit)
        try make(list.deletingLastPathComponent())
        // Several files of one snapshot may come into their places at once, also by other processes.
        let lock = try waitForCopyLock(name, commit)
        defer { lock.release() }
        var files = copies(name, commit).mapValues(\.description)
        files[file.description] = etag.description
        let draft = list.appendingPathExtension("\(UUID()).tmp")
        try Self.translating("The file \(list.path)") {
            try JSONEncoder().encode(CopyList(files: files)).write(to: draft)
            try Self.rename(draft, list)
        }
    }

    private func waitForCopyLock(_ name: RepositoryName, _ commit: Commit) throws(HubError) -> FileLock {
        let place = locks(name).appending(path: "copies-\(commit).lock")
        while true {
            if let lock = try FileLock.take(place, calls: fileSystem) { return lock }
            usleep(1_000)
        }
    }

    /// Brings a content to its place in a snapshot without a link: moves the blob there, or copies what another file has.
    func copy(
        _ name: RepositoryName, _ commit: Commit, _ file: FileName, _ etag: ETag, draft: URL
    ) throws(HubError) {
        let place = snapshot(name, commit).appending(path: file.description)
        let blob = blob(name, etag)
        let isShared = allSnapshots(of: name).contains { snapshot in
            snapshot.files.contains { snapshot.linkedContent(of: $0) == etag }
        }
        if isOrdinary(blob), !isShared {
            try Self.rename(blob, place)
        } else if let source = isOrdinary(blob) ? blob : copy(of: etag, name) {
            guard source.path != place.path else { return }
            try Self.translating("The file \(place.path)") {
                try FileManager.default.copyItem(at: source, to: draft)
                try Self.rename(draft, place)
            }
        } else {
            throw HubError(.cache, "\(blob.path) vanished while it was being put into place. Try again.")
        }
        try noteCopy(name, commit, file, etag)
    }

    /// A file of any snapshot that has a content, and is no link; nil where there is none.
    func copy(of etag: ETag, _ name: RepositoryName) -> URL? {
        for commit in Self.entries(folder(name).appending(path: "snapshots")).compactMap(Commit.init) {
            for (file, content) in copies(name, commit) where content == etag {
                let place = snapshot(name, commit).appending(path: file)
                if isOrdinary(place) { return place }
            }
        }
        return nil
    }

    /// The bytes of a snapshot's ordinary files.
    func copiedByteCount(_ name: RepositoryName, _ commit: Commit) -> Int {
        let place = snapshot(name, commit)
        return Self.files(below: place).reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: place.appending(path: file).path)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { return sum }
            return sum + (attributes?[.size] as? Int ?? 0)
        }
    }

    /// Whether there is a file, and no link.
    func isOrdinary(_ file: URL) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }

    /// Bytes of a file, links followed; nil where there is none.
    static func byteCount(_ file: URL) -> Int? {
        try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)[.size] as? Int
    }
}
