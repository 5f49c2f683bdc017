import Checkpoint
public import Foundation

/// One revision of a model in the cache.
public struct CachedSnapshot: Sendable {
    public let name: RepositoryName
    public let commit: Commit
    /// The branches and tags that stood for this commit when they were last fetched, sorted.
    public let references: [String]
    /// Where these are safetensors that were converted from the weights of a commit of `main`: that commit. All other files are
    /// the same in both.
    let original: Commit?
    /// A checkpoint's folder.
    public let folder: URL
    /// The files in the folder, by their paths in it, sorted; links whose blobs are gone included.
    public let files: [String]
    /// What was written down of the files' contents, by their paths; see `HubCache.expectedContents`.
    let expectedContents: [String: ETag]
    /// The names of files that the revision is known to lack.
    let absentFiles: Set<String>

    /// Bytes of the files, each content counted once.
    public var byteCount: Int {
        Set(files.map { folder.appending(path: $0).resolvingSymlinksInPath() }).reduce(0) { sum, file in
            sum + ((try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0)
        }
    }

    /// What is needed and is not there.
    public var missingFiles: [String] {
        var missing = holds(NeededFiles.configuration) ? [] : [NeededFiles.configuration]
        if let weights {
            let index = folder.appending(path: weights)
            if weights.hasSuffix(".json") {
                let shards = try? NeededFiles.shards(index, of: name)
                missing += shards?.map(\.description).filter { !holds($0) } ?? [weights]
            }
        } else {
            missing.append(Weights.fileNames.first { !absentFiles.contains($0) } ?? Weights.fileNames[0])
        }
        if !holds("tokenizer.json"), !(holds("vocab.json") && holds("merges.txt")) { missing.append("tokenizer.json") }
        if !(NeededFiles.preparation + [NeededFiles.modules]).contains(where: holds) {
            missing.append("preprocessor_config.json")
        }
        return missing
    }

    /// The weight file that is read, or the index of those that are; nil where there is none.
    var weights: String? { Weights.fileNames.first(where: holds) }

    /// Whether there is a file, rather than a link that leads nowhere.
    func holds(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: file).path)
    }
}

extension HubCache {
    /// All revisions of all models, or of one, sorted by name and commit.
    ///
    /// A commit of `main` whose weights are taken from their conversion is not listed beside that.
    public func snapshots(of name: RepositoryName? = nil) -> [CachedSnapshot] {
        let names = name.map { [$0] } ?? Self.entries(folder).compactMap(RepositoryName.init(folderName:)).sorted()
        return names.flatMap { name in
            let all = allSnapshots(of: name)
            let companions = Self.companions(all)
            return all.filter { !companions.contains($0.commit) }
        }
    }

    /// Of some snapshots of one model, the commits of `main` whose weights are in another of them: what is in their own folders is
    /// there for huggingface_hub.
    static func companions(_ snapshots: [CachedSnapshot]) -> Set<Commit> {
        let originals = Set(snapshots.compactMap(\.original))
        return Set(snapshots.filter { originals.contains($0.commit) && $0.weights == nil }.map(\.commit))
    }

    /// Every snapshot's folder of a model, sorted by commit.
    func allSnapshots(of name: RepositoryName) -> [CachedSnapshot] {
        let commits = Self.entries(folder(name).appending(path: "snapshots")).compactMap(Commit.init)
        let originals = Self.entries(folder(name).appending(path: "conversions")).compactMap(Commit.init)
            .compactMap { main in conversion(name, of: main).map { ($0, main) } }
        let original = Dictionary(originals) { first, _ in first }
        let references = references(of: name).mapValues { revision in snapshotCommit(name, revision) }
        return commits.sorted { $0.description < $1.description }.map { commit in
            let absences = folder(name).appending(path: ".no_exist").appending(path: commit.description)
            return CachedSnapshot(
                name: name, commit: commit,
                references: references.filter { $0.value == commit }.map(\.key).sorted(),
                original: original[commit], folder: snapshot(name, commit),
                files: Self.files(below: snapshot(name, commit)),
                expectedContents: expectedContents(name, commit), absentFiles: Set(Self.entries(absences)))
        }
    }

    /// The commit whose snapshot a revision's files are in: for `main`, the one that has its weights as safetensors, where it
    /// has them from a conversion.
    func snapshotCommit(_ name: RepositoryName, _ revision: Revision) -> Commit? {
        guard let commit = commit(name, revision) else { return nil }
        return revision == .main ? conversion(name, of: commit) ?? commit : commit
    }

    /// The commit that has safetensors for those of a commit of `main`; nil where none is remembered, or its files are gone.
    func conversion(_ name: RepositoryName, of main: Commit) -> Commit? {
        guard let commit = Self.commit(in: conversionNote(name, main)),
            FileManager.default.fileExists(atPath: snapshot(name, commit).path)
        else { return nil }
        return commit
    }

    /// The revisions that a user means: the one that is written, or all of the model's.
    ///
    /// - Throws: `notCached` where there is none.
    public func snapshots(_ reference: ModelReference) throws(HubError) -> [CachedSnapshot] {
        let all = snapshots(of: reference.name)
        let found: [CachedSnapshot]
        if let revision = reference.writtenRevision {
            let commit = snapshotCommit(reference.name, revision)
            let start = revision.description
            func isMeant(_ other: Commit) -> Bool {
                other == commit || (start.count >= 7 && other.description.hasPrefix(start))
            }
            let named = all.filter { isMeant($0.commit) }
            found = named.isEmpty ? all.filter { $0.original.map(isMeant) ?? false } : named
        } else {
            found = all
        }
        guard !found.isEmpty else {
            throw HubError(
                .notCached,
                "\(reference) is not in \(folder.path). `image-to-song models list` shows what is; "
                    + "`image-to-song models pull \(reference)` fetches it.")
        }
        return found
    }

    /// Every branch and tag in the cache.
    func references(of name: RepositoryName) -> [String: Revision] {
        let files = Self.files(below: folder(name).appending(path: "refs"))
        return Dictionary(files.map { ($0, try? Revision($0)) }) { first, _ in first }.compactMapValues(\.self)
    }

    /// The paths of the files and links below a folder, sorted.
    static func files(below folder: URL) -> [String] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        return paths.filter { path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder.appending(path: path).path)
            return attributes?[.type] as? FileAttributeType != .typeDirectory
        }.sorted()
    }

    static func entries(_ folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }
}
