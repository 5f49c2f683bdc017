package import Concurrency
public import Foundation

/// The files of the Hub on disk, laid out as huggingface_hub lays them out, so that either finds what the other fetched:
///
///     models--organisation--name/
///       blobs/<etag>                     the content, once for all revisions
///       refs/main                        the commit that a branch or tag stood for
///       snapshots/<commit>/<file>        relative symbolic links to blobs
///       .no_exist/<commit>/<file>        empty files: what the commit is known not to hold
///       copies/<commit>.json             which contents a snapshot's ordinary files are; ours alone
///       conversions/<commit>             the commit that has safetensors for a commit of main; ours alone
///     .locks/models--organisation--name/<etag>.lock
///
/// On a file system without symbolic links (vfat, exFAT, many SMB shares) a blob is moved to its place in the snapshot, as
/// huggingface_hub does it there, and `copies` says what it was.
///
/// The layout is described in huggingface_hub's guide "Understand caching".
public struct HubCache: Sendable {
    /// The folder that holds those above.
    public let folder: URL

    let fileSystem: FileSystemCalls

    public init(_ folder: URL) {
        self.init(folder, fileSystem: .system)
    }

    package init(_ folder: URL, fileSystem: FileSystemCalls) {
        (self.folder, self.fileSystem) = (folder, fileSystem)
    }

    func folder(_ name: RepositoryName) -> URL { folder.appending(path: name.folderName) }

    func blobs(_ name: RepositoryName) -> URL { folder(name).appending(path: "blobs") }

    func blob(_ name: RepositoryName, _ etag: ETag) -> URL { blobs(name).appending(path: etag.description) }

    func reference(_ name: RepositoryName, _ revision: Revision) -> URL {
        folder(name).appending(path: "refs").appending(path: revision.description)
    }

    func snapshot(_ name: RepositoryName, _ commit: Commit) -> URL {
        folder(name).appending(path: "snapshots").appending(path: commit.description, directoryHint: .isDirectory)
    }

    func absence(_ name: RepositoryName, _ commit: Commit, _ file: String) -> URL {
        folder(name).appending(path: ".no_exist").appending(path: commit.description).appending(path: file)
    }

    func conversionNote(_ name: RepositoryName, _ main: Commit) -> URL {
        folder(name).appending(path: "conversions").appending(path: main.description)
    }

    func locks(_ name: RepositoryName) -> URL { folder.appending(path: ".locks").appending(path: name.folderName) }

    func lock(_ name: RepositoryName, _ etag: ETag) -> URL { locks(name).appending(path: "\(etag).lock") }

    /// The commit that a revision stood for when it was last fetched.
    func commit(_ name: RepositoryName, _ revision: Revision) -> Commit? {
        Commit(revision.description) ?? Self.commit(in: reference(name, revision))
    }

    /// The commit that a file holds.
    static func commit(in file: URL) -> Commit? {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        return Commit(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
