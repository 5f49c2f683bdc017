import Concurrency
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

        var wanted = try await metadata(first, listing)
        if let index = wanted.first(where: { $0.file.description == NeededFiles.weightIndex }) {
            try await fetch([index], listing, TransferMeter(total: index.size ?? 0) { _ in })
            let place = cache.snapshot(name, commit).appending(path: index.file.description)
            let shards = try NeededFiles.shards(place, of: name)
            let files = Set(listing.files)
            if let shard = shards.first(where: { !files.contains($0) }) {
                throw NeededFiles.missing(shard.description, name)
            }
            wanted += try await metadata(shards, listing)
        }
        try await fetch(wanted, listing)
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
    private func metadata(_ files: [FileName], _ listing: RepositoryListing) async throws -> [FileMetadata] {
        var found: [FileName: FileMetadata] = [:]
        try await withThrowingTaskGroup(of: FileMetadata.self) { group in
            for (index, file) in files.enumerated() {
                if index >= Self.smallFilesAtATime, let one = try await group.next() { found[one.file] = one }
                group.addTask {
                    try await retrying {
                        try await FileMetadata.get(file, reference, listing.commit, listing.contents[file], client)
                    }
                }
            }
            for try await one in group { found[one.file] = one }
        }
        return files.compactMap { found[$0] }
    }

    /// Fetches what is not there yet: small files side by side, then the large ones each with all connections.
    private func fetch(_ files: [FileMetadata], _ listing: RepositoryListing) async throws {
        for file in files where !isThere(file) { try await adopt(file, listing.commit) }
        let missing = Dictionary(files.filter { !isThere($0) }.map { ($0.etag, $0) }) { first, _ in first }.values
        let needed = missing.reduce(0) { sum, file in
            let blob = cache.blob(reference.name, file.etag)
            let size = file.size ?? 0
            let (total, overflow) = sum.addingReportingOverflow(size - PartialBlob.foundByteCount(blob, size: size))
            return overflow ? .max : total
        }
        try DiskSpace.check(cache.folder, needed: needed)
        let total = missing.reduce(0) { $0 + ($1.size ?? 0) }
        let meter = TransferMeter(total: total, report: report)
        // Files with one content are fetched by one task: another would wait for its lock.
        let small = Dictionary(grouping: files.filter { !isLarge($0) }, by: \.etag).values
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, same) in small.enumerated() {
                if index >= Self.smallFilesAtATime { try await group.next() }
                group.addTask { try await fetch(same, listing, meter) }
            }
            try await group.waitForAll()
        }
        try await fetch(files.filter(isLarge), listing, meter)
    }

    private func isLarge(_ file: FileMetadata) -> Bool { (file.size ?? 0) > options.partByteCount }

    /// Fetches files one after the other, and links them.
    private func fetch(_ files: [FileMetadata], _ listing: RepositoryListing, _ meter: TransferMeter) async throws {
        for file in files {
            let wasThere = isThere(file)
            if wasThere, cache.isInPlace(reference.name, listing.commit, file.file, file.etag) { continue }
            try await fetchUnderLock(file, listing, wasThere ? nil : meter)
        }
    }

    /// Fetches a file and brings it to its place, both under its lock: where there are no links the content moves, and would be
    /// nowhere for another pull meanwhile.
    private func fetchUnderLock(
        _ file: FileMetadata, _ listing: RepositoryListing, _ meter: TransferMeter?
    ) async throws {
        let name = reference.name
        let lock = try await FileLock.wait(cache.lock(name, file.etag), calls: cache.fileSystem) {
            report(.note("Another process is fetching \(file.file) of \(reference); waiting for it."))
        }
        defer { lock.release() }
        if isThere(file) {
            meter?.found(file.size ?? 0)
        } else {
            // Without a meter it was there a moment ago; somebody removed it.
            try await download(file, listing, meter ?? TransferMeter(total: file.size ?? 0, report: report))
        }
        try cache.link(name, listing.commit, file.file, to: file.etag)
    }

    private func download(_ file: FileMetadata, _ listing: RepositoryListing, _ meter: TransferMeter) async throws {
        let name = reference.name
        try await BlobDownload(
            metadata: file, reference: reference, commit: listing.commit, listed: listing.contents[file.file],
            cacheFolder: cache.folder, client: client, options: options, meter: FileMeter(meter)
        ).run(to: cache.blob(name, file.etag))
    }

    /// Whether the content is there with all its bytes: as a blob, or where there are no links, as a file of a snapshot. It
    /// got its name only when its hash was right.
    private func isThere(_ file: FileMetadata) -> Bool {
        let places = [cache.blob(reference.name, file.etag), cache.copy(of: file.etag, reference.name)]
        return places.compactMap(\.self).compactMap(HubCache.byteCount).contains { $0 == file.size ?? $0 }
    }

    /// Keeps an ordinary file that somebody else put into the snapshot, such as huggingface_hub where there are no links, if
    /// it is what the Hub has. Nothing is fetched again for want of a link.
    private func adopt(_ file: FileMetadata, _ commit: Commit) async throws {
        let place = cache.snapshot(reference.name, commit).appending(path: file.file.description)
        guard let kind = file.etag.hashKind, cache.isOrdinary(place),
            let size = HubCache.byteCount(place), size == file.size ?? size
        else { return }
        report(.note("Comparing \(file.file) of \(reference), which is there, with the Hub's."))
        guard try await FileHashing().hash(of: place, kind) == file.etag.description else { return }
        try cache.noteCopy(reference.name, commit, file.file, file.etag)
    }

    private func retrying<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await options.retry.run(report: { report(.note($0)) }, work)
    }
}
