import Checkpoint
import Concurrency
import Foundation

/// Fetches the files of one revision that captioning needs and the cache lacks.
///
/// Of weights it takes the first that there is, as transformers chooses: `model.safetensors`; the shards of its index; for `main`, the
/// safetensors in the open pull request of the Hub's conversion bot; `pytorch_model.bin`; the shards of its index.
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
        try NeededFiles.checkConfiguration(of: listing.files, in: name)
        if let weights = NeededFiles.safetensors(of: listing.files) { return try await fetch(weights, listing) }
        // Transformers looks for pull requests on `main` only, too.
        guard reference.revision == .main else { return try await fetchTorchWeights(listing, search: nil) }

        let search: String
        do {
            switch try await conversion(listing) {
            case .found(let conversion):
                do {
                    return try await fetch(conversion, listing)
                } catch let error as HubError where Self.isAboutContent(error) {
                    search = "\(error.message) So \(conversion.request.revision) is not used."
                    report(.note(search))
                }
            case .none: search = "Nor is there a pull request of the Hub's conversion bot with safetensors."
            case .unusable(let reason):
                search = reason
                report(.note(reason))
            }
        } catch let failure as SearchFailure {
            // Whatever keeps the Hub from saying which pull requests there are, the weights can be had without them.
            if let snapshot = wholeConversion(listing.commit) {
                report(.note("\(failure.error.message) The safetensors of \(reference) that are there are used."))
                try cache.note(name, .main, listing.commit)
                return snapshot
            }
            search = "\(failure.error.message) So no safetensors are looked for in pull requests."
            report(.note(search))
        }
        return try await fetchTorchWeights(listing, search: search)
    }

    /// Whether a pull request is at fault, so that `main` may do better, rather than the network, the disk or the Hub.
    private static func isAboutContent(_ error: HubError) -> Bool {
        [.fileMissing, .hostileFileName, .unexpectedAnswer, .foreignFile].contains(error.code)
    }

    /// Fetches a revision with its own weights.
    private func fetch(_ weights: FileName, _ listing: RepositoryListing) async throws -> CachedSnapshot {
        let name = reference.name
        let companions = try NeededFiles.companions(of: listing.files, in: name)
        try cache.prepare(name, listing.commit)
        noteAbsences(listing, weights)
        let wanted = try await metadata(companions + [weights], listing)
        try await fetchWithShards(wanted, listing)
        // From now on `main` is used as it is, whatever was converted before.
        if reference.revision == .main { try cache.noteConversion(name, of: listing.commit, nil) }
        try cache.note(name, reference.revision, listing.commit)
        return try snapshot(listing.commit)
    }

    /// - Parameter search: how the search for a pull request with safetensors ended; nil where there was none.
    private func fetchTorchWeights(_ listing: RepositoryListing, search: String?) async throws -> CachedSnapshot {
        guard let weights = NeededFiles.torchWeights(of: listing.files) else {
            throw NeededFiles.noWeights(listing.files, reference, search: search)
        }
        return try await fetch(weights, listing)
    }

    /// Fetches the commit that adds safetensors to `main`, all of it, so that one folder is the checkpoint; and brings `main`'s
    /// own files to their place too, where huggingface_hub looks for them.
    ///
    /// Transformers takes the weights from the pull request and everything else from `main`. Here the other files are the same in
    /// both (``ConversionSearch`` compares their hashes), so the pull request's are `main`'s.
    private func fetch(
        _ conversion: ConversionSearch.Found, _ listing: RepositoryListing
    ) async throws -> CachedSnapshot {
        let name = reference.name
        let (revision, theirs) = (conversion.request.revision, conversion.listing)
        _ = try NeededFiles.companions(of: listing.files, in: name)
        report(
            .note(
                "\(name) has no safetensors on main; those that the Hub's conversion bot offers for it in \(revision) are taken."
            ))
        try cache.prepare(name, theirs.commit)
        noteAbsences(theirs, conversion.weights)
        let weights = try await metadata([conversion.weights], theirs)
        try await fetchWithShards(conversion.companions + weights, theirs)
        try cache.prepare(name, listing.commit)
        noteAbsences(listing, nil)
        try await fetch(conversion.originals, listing)
        try cache.note(name, revision, theirs.commit)
        try cache.noteConversion(name, of: listing.commit, theirs.commit)
        try cache.note(name, .main, listing.commit)
        return try snapshot(theirs.commit)
    }

    /// The search for a conversion did not come to an end.
    private struct SearchFailure: Error {
        let error: HubError
    }

    /// - Throws: ``SearchFailure``; `CancellationError`.
    private func conversion(_ listing: RepositoryListing) async throws -> ConversionSearch.Outcome {
        // Without an answer the weights come in another form, so there is no reason to wait long for one.
        var retry = options.retry
        retry.attempts = min(retry.attempts, 2)
        retry.attemptsWithoutAnswer = min(retry.attemptsWithoutAnswer, 2)
        retry.longestRequestedDelay = min(retry.longestRequestedDelay, .seconds(10))
        let search = ConversionSearch(reference: reference, listing: listing, client: client) { [retry] in
            try await metadata($0, $1, retry)
        }
        do {
            return try await retry.run(report: { report(.note($0)) }, search.run)
        } catch let error as HubError {
            throw SearchFailure(error: error)
        }
    }

    /// The snapshot with the safetensors of a commit of `main`, where an earlier pull has fetched all of it.
    private func wholeConversion(_ main: Commit) -> CachedSnapshot? {
        guard let commit = cache.conversion(reference.name, of: main) else { return nil }
        return cache.allSnapshots(of: reference.name).first { $0.commit == commit && $0.missingFiles.isEmpty }
    }

    private func snapshot(_ commit: Commit) throws -> CachedSnapshot {
        guard let snapshot = cache.allSnapshots(of: reference.name).first(where: { $0.commit == commit }) else {
            throw HubError(
                .cache, "\(cache.snapshot(reference.name, commit).path) vanished while it was being filled.")
        }
        return snapshot
    }

    /// Remembers which files a revision lacks, of those that are used and those that would be used before its weights.
    private func noteAbsences(_ listing: RepositoryListing, _ weights: FileName?) {
        let better = Weights.fileNames.prefix { $0 != weights?.description }
        let present = Set(listing.files.map(\.description))
        for file in NeededFiles.optional + better where !present.contains(file) {
            cache.noteAbsence(reference.name, listing.commit, file)
        }
    }

    /// Fetches files, and the shards that an index among them names.
    private func fetchWithShards(_ files: [FileMetadata], _ listing: RepositoryListing) async throws {
        var wanted = files
        if let index = files.first(where: { NeededFiles.isIndex($0.file) }) {
            try await fetch([index], listing, TransferMeter(total: index.size ?? 0) { _ in })
            let place = cache.snapshot(reference.name, listing.commit).appending(path: index.file.description)
            let shards = try NeededFiles.shards(place, of: reference.name)
            let present = Set(listing.files)
            if let shard = shards.first(where: { !present.contains($0) }) {
                throw NeededFiles.missing(shard.description, reference.name)
            }
            wanted += try await metadata(shards, listing)
        }
        try await fetch(wanted, listing)
    }

    /// What the Hub says of files, in their order.
    private func metadata(
        _ files: [FileName], _ listing: RepositoryListing, _ retry: RetryPolicy? = nil
    ) async throws -> [FileMetadata] {
        let retry = retry ?? options.retry
        var found: [FileName: FileMetadata] = [:]
        try await withThrowingTaskGroup(of: FileMetadata.self) { group in
            for (index, file) in files.enumerated() {
                if index >= Self.smallFilesAtATime, let one = try await group.next() { found[one.file] = one }
                group.addTask {
                    try await retry.run(report: { report(.note($0)) }) {
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
            try checkContent(file)
        }
        try cache.link(name, listing.commit, file.file, to: file.etag)
    }

    /// A repository may hold what a failed upload left, and a mirror without hashes may send anything. Neither gets a place in a
    /// snapshot, nor stays as a blob.
    ///
    /// - Throws: `foreignFile`.
    private func checkContent(_ file: FileMetadata) throws {
        let blob = cache.blob(reference.name, file.etag)
        guard let handle = try? FileHandle(forReadingFrom: blob) else { return }
        defer { try? handle.close() }
        guard let start = try handle.read(upToCount: 512), let stray = ForeignCheckpoint.stray(start) else { return }
        try cache.delete(blob)
        throw HubError(
            .foreignFile,
            "In the place of \(file.file), \(client.environment.endpoint.host ?? "the Hub") has \(stray.name). Try again; if it stays "
                + "so, the file itself is missing in \(reference): name another revision, or another model.")
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
