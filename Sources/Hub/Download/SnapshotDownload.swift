import Foundation

/// Fetches the files of one revision that captioning needs and the cache lacks.
struct SnapshotDownload: Sendable {
    /// How many small files, or questions about files, are under way at a time.
    private static let smallFilesAtATime = 4

    let reference: ModelReference
    let cache: HubCache
    let client: HubClient
    let options: HubOptions
    let report: @Sendable (HubEvent) -> Void

    func run() async throws -> CachedSnapshot {
        let name = reference.name
        let listing = try await retrying { try await RepositoryListing.get(reference, client) }
        let commit = listing.commit
        let first = try NeededFiles.first(of: listing.files, in: name)
        try cache.prepare(name, commit)

        var wanted = try await metadata(first, commit)
        if let index = wanted.first(where: { $0.file.description == NeededFiles.weightIndex }) {
            try await fetch([index], commit, TransferMeter(total: index.size) { _ in })
            let shards = try NeededFiles.shards(cache.blob(name, index.etag), of: name)
            if let shard = shards.first(where: { !listing.files.contains($0) }) {
                throw NeededFiles.missing(shard.description, name)
            }
            wanted += try await metadata(shards, commit)
        }
        try await fetch(wanted, commit)
        for file in NeededFiles.optional where !listing.files.contains(where: { $0.description == file }) {
            cache.noteAbsence(name, commit, file)
        }
        try cache.note(name, reference.revision, commit)
        guard let snapshot = cache.snapshots(of: name).first(where: { $0.commit == commit }) else {
            throw HubError(.cache, "\(cache.snapshot(name, commit).path) vanished while it was being filled.")
        }
        return snapshot
    }

    /// What the Hub says of files, in their order.
    private func metadata(_ files: [FileName], _ commit: Commit) async throws -> [FileMetadata] {
        var found: [FileName: FileMetadata] = [:]
        try await withThrowingTaskGroup(of: FileMetadata.self) { group in
            for (index, file) in files.enumerated() {
                if index >= Self.smallFilesAtATime, let one = try await group.next() { found[one.file] = one }
                group.addTask {
                    try await retrying { try await FileMetadata.get(file, reference, commit, client) }
                }
            }
            for try await one in group { found[one.file] = one }
        }
        return files.compactMap { found[$0] }
    }

    /// Fetches what is not there yet: small files side by side, then the large ones each with all connections.
    private func fetch(_ files: [FileMetadata], _ commit: Commit) async throws {
        let missing = Dictionary(files.filter { !isThere($0) }.map { ($0.etag, $0) }) { first, _ in first }.values
        let needed = missing.reduce(0) { sum, file in
            let blob = cache.blob(reference.name, file.etag)
            let (total, overflow) = sum.addingReportingOverflow(
                file.size - PartialBlob.foundByteCount(blob, size: file.size))
            return overflow ? .max : total
        }
        try DiskSpace.check(cache.folder, needed: needed)
        let total = missing.reduce(0) { $0 + $1.size }
        let meter = TransferMeter(total: total, report: report)
        // Files with one content are fetched by one task: another would wait for its lock.
        let small = Dictionary(grouping: files.filter { $0.size <= options.partByteCount }, by: \.etag).values
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, same) in small.enumerated() {
                if index >= Self.smallFilesAtATime { try await group.next() }
                group.addTask { try await fetch(same, commit, meter) }
            }
            try await group.waitForAll()
        }
        try await fetch(files.filter { $0.size > options.partByteCount }, commit, meter)
    }

    /// Fetches files one after the other, and links them.
    private func fetch(_ files: [FileMetadata], _ commit: Commit, _ meter: TransferMeter) async throws {
        for file in files {
            if !isThere(file) { try await fetchUnderLock(file, commit, meter) }
            try cache.link(reference.name, commit, file.file, to: file.etag)
        }
    }

    private func fetchUnderLock(_ file: FileMetadata, _ commit: Commit, _ meter: TransferMeter) async throws {
        let name = reference.name
        let lock = try await BlobLock.wait(cache.lock(name, file.etag)) {
            report(.note("Another process is fetching \(file.file) of \(reference); waiting for it."))
        }
        defer { lock.release() }
        guard !isThere(file) else { return meter.found(file.size) }
        try await BlobDownload(
            metadata: file, reference: reference, commit: commit, client: client, options: options,
            meter: FileMeter(meter)
        ).run(to: cache.blob(name, file.etag))
    }

    /// Whether the blob is there with all its bytes. It got its name only when its hash was right.
    private func isThere(_ file: FileMetadata) -> Bool {
        let blob = cache.blob(reference.name, file.etag).resolvingSymlinksInPath()
        return (try? FileManager.default.attributesOfItem(atPath: blob.path)[.size] as? Int) == file.size
    }

    private func retrying<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await options.retry.run(report: { report(.note($0)) }, work)
    }
}
