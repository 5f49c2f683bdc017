import Foundation
import Logging
import Songs

/// The imports of a server: one at a time, on a thread of their own.
actor SongImports {
    /// How many may wait for the one that is running.
    private static let mostWaiting = 4
    /// How many are remembered.
    private static let mostRemembered = 100

    private let worker = ImportWorker()
    private let metrics: SongMetrics
    private let logger: Logger
    private var jobs: [ImportJob] = []
    private var tasks: [String: Task<Void, Never>] = [:]
    private var isClosed = false

    init(metrics: SongMetrics, logger: Logger) {
        self.metrics = metrics
        self.logger = logger
    }

    func start(path: String, format: ImportFormat?, name: String, into catalogue: SongCatalogue) throws(SongsError)
        -> ImportJob
    {
        guard tasks.count <= Self.mostWaiting, !isClosed else {
            try? FileManager.default.removeItem(atPath: path)
            throw SongsError(
                .tooManyImports, "\(tasks.count) imports are under way already. Send this one again a little later.")
        }
        let job = ImportJob(id: UUID().uuidString.lowercased(), name: name)
        jobs.append(job)
        if jobs.count > Self.mostRemembered { jobs.removeFirst() }
        tasks[job.id] = Task {
            await worker.run(job, path: path, format: format, into: catalogue)
            try? FileManager.default.removeItem(atPath: path)
            end(job)
        }
        return job
    }

    func job(_ id: String) throws(SongsError) -> ImportJob {
        guard let job = jobs.first(where: { $0.id == id }) else {
            throw SongsError(
                .unknownImport, "There is no import \(id.prefix(40)); the last \(Self.mostRemembered) are remembered.")
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

/// Where imports block.
private actor ImportWorker {
    private let executor = BlockingExecutor(label: "image-to-song.songs.import")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run(_ job: ImportJob, path: String, format: ImportFormat?, into catalogue: SongCatalogue) {
        do throws(SongsError) {
            if job.isCancelled { throw SongsError(.cancelled, "The server was stopped before the import began.") }
            job.note(ImportReport())
            let report = try SongImport(catalogue: catalogue).run(
                path: path, format: format, name: job.name, progress: { job.note($0) }, isCancelled: { job.isCancelled }
            )
            job.note(report, .done)
        } catch {
            job.fail(error)
        }
    }
}
