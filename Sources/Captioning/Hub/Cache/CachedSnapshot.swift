public import Foundation

/// One revision of a model in the cache.
public struct CachedSnapshot: Sendable {
    public let name: RepositoryName
    public let commit: Commit
    /// The branches and tags that stood for this commit when they were last fetched, sorted.
    public let references: [String]
    /// A checkpoint's folder.
    public let folder: URL
    /// The files in the folder, by their paths in it, sorted; links whose blobs are gone included.
    public let files: [String]
    /// What was written down of the files' contents, by their paths; see `HubCache.expectedContents`.
    let expectedContents: [String: ETag]

    /// Bytes of the files, each content counted once.
    public var byteCount: Int {
        Set(files.map { folder.appending(path: $0).resolvingSymlinksInPath() }).reduce(0) { sum, file in
            sum + ((try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0)
        }
    }

    /// What is needed and is not there.
    public var missingFiles: [String] {
        var missing = holds(NeededFiles.configuration) ? [] : [NeededFiles.configuration]
        if !holds(NeededFiles.singleWeights) {
            if holds(NeededFiles.weightIndex) {
                let shards = try? NeededFiles.shards(folder.appending(path: NeededFiles.weightIndex), of: name)
                missing += shards?.map(\.description).filter { !holds($0) } ?? [NeededFiles.weightIndex]
            } else {
                missing.append(NeededFiles.singleWeights)
            }
        }
        if !holds("tokenizer.json"), !(holds("vocab.json") && holds("merges.txt")) { missing.append("tokenizer.json") }
        if !(NeededFiles.preparation + [NeededFiles.modules]).contains(where: holds) {
            missing.append("preprocessor_config.json")
        }
        return missing
    }

    /// Whether there is a file, rather than a link that leads nowhere.
    func holds(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: file).path)
    }
}

extension HubCache {
    /// All revisions of all models, or of one, sorted by name and commit.
    public func snapshots(of name: RepositoryName? = nil) -> [CachedSnapshot] {
        let names = name.map { [$0] } ?? Self.entries(folder).compactMap(RepositoryName.init(folderName:)).sorted()
        return names.flatMap { name in
            let references = references(of: name)
            return Self.entries(folder(name).appending(path: "snapshots")).compactMap(Commit.init)
                .sorted { $0.description < $1.description }
                .map { commit in
                    CachedSnapshot(
                        name: name, commit: commit,
                        references: references.filter { $0.value == commit }.map(\.key).sorted(),
                        folder: snapshot(name, commit), files: Self.files(below: snapshot(name, commit)),
                        expectedContents: expectedContents(name, commit))
                }
        }
    }

    /// The revisions that a user means: the one that is written, or all of the model's.
    ///
    /// - Throws: `notCached` where there is none.
    public func snapshots(_ reference: ModelReference) throws(HubError) -> [CachedSnapshot] {
        let all = snapshots(of: reference.name)
        let found: [CachedSnapshot]
        if let revision = reference.writtenRevision {
            let commit = commit(reference.name, revision)
            let start = revision.description
            found = all.filter { $0.commit == commit || (start.count >= 7 && $0.commit.description.hasPrefix(start)) }
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

    /// Every branch and tag in the cache, with its commit.
    func references(of name: RepositoryName) -> [String: Commit] {
        let place = folder(name).appending(path: "refs")
        var references: [String: Commit] = [:]
        for file in Self.files(below: place) {
            guard let revision = try? Revision(file) else { continue }
            references[file] = commit(name, revision)
        }
        return references
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
