import Concurrency
import Foundation
import Logging
import Songs

/// The imports of a server: one at a time, on a thread of their own.
actor SongImports {
    /// How many may wait for the one that is running, those that are still being sent among them.
    private static let mostWaiting = 4
    /// Of how many the state can be asked for.
    private static let mostKnown = 100

    private let worker = ImportWorker()
    private let metrics: SongMetrics
    private let logger: Logger
    private var jobs: [ImportJob] = []
    private var tasks: [String: Task<Void, Never>] = [:]
    /// How many are being sent.
    private var arriving = 0
    private var isClosed = false

    init(metrics: SongMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    /// Takes in a list, which is admitted before the first byte of it is kept, and imports it in the background.
    ///
    /// - Parameter receive: writes the list.
    /// - Throws: `tooManyImports`; else what `receive` throws.
    func start(
        format: ImportFormat, name: String, into catalogue: SongCatalogue,
        receive: @Sendable (UploadedList) async throws -> Void
    ) async throws -> ImportJob {
        guard tasks.count + arriving <= Self.mostWaiting, !isClosed else {
            throw SongsError(
                .tooManyImports,
                "\(tasks.count + arriving) imports are under way already. Send this one again a little later.")
        }
        arriving += 1
        defer { arriving -= 1 }
        // Beside the catalogue there is room for songs; where temporary files go there may be little.
        let list = try UploadedList(folder: (catalogue.path as NSString).deletingLastPathComponent.orHere)
        try await receive(list)
        guard !isClosed else { throw SongsError(.cancelled, "The server is being stopped. Send the list again later.") }
        let job = ImportJob(id: UUID().uuidString.lowercased(), name: name)
        jobs.append(job)
        if jobs.count > Self.mostKnown { jobs.removeFirst() }
        tasks[job.id] = Task {
            await worker.run(job, list, format: format, into: catalogue)
            end(job)
        }
        return job
    }

    func job(_ id: String) throws(SongsError) -> ImportJob {
        guard let job = jobs.first(where: { $0.id == id }) else {
            throw SongsError(
                .unknownImport, "There is no such import; the last \(Self.mostKnown) are known.")
        }
        return job
    }

    /// Stops all imports and waits until they have left.
    func close() async {
        isClosed = true
        for job in jobs { job.cancel() }
        for task in tasks.values { await task.value }
    }

    private func end(_ job: ImportJob) {
        tasks[job.id] = nil
        let state = job.state
        metrics.imported(state)
        logger.info(
            "Imported songs",
            metadata: [
                "status": "\(state.status.rawValue)", "rows": .stringConvertible(state.report.rowsRead),
                "added": .stringConvertible(state.report.added), "updated": .stringConvertible(state.report.updated),
                "rejected": .stringConvertible(state.report.rejected), "error": "\(state.error ?? "")",
            ])
    }
}

extension String {
    /// A folder's path, where an empty one is that of the working folder.
    fileprivate var orHere: String { isEmpty ? "." : self }
}

/// Where imports block.
private actor ImportWorker {
    private let executor = BlockingExecutor(label: "image-to-song.songs.import")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run(_ job: ImportJob, _ list: UploadedList, format: ImportFormat, into catalogue: SongCatalogue) {
        do throws(SongsError) {
            if job.isCancelled { throw SongsError(.cancelled, "The server was stopped before the import began.") }
            job.note(ImportReport())
            let report = try SongImport(catalogue: catalogue).run(
                upload: list.content, format: format, progress: { job.note($0) }, isCancelled: { job.isCancelled })
            job.end(report)
        } catch {
            job.fail(error)
        }
    }
}
