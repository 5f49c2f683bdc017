import Concurrency
import Crypto
import Foundation
import GRDB
import Logging
import Synchronization

/// The captions that outlive the process: a SQLite file, bounded in entries.
///
/// It never fails a request and never delays one. A lookup that takes too long is a miss, and until it returns all
/// other lookups are misses at once. Writing happens in the background, through a bounded queue; what does not fit is
/// dropped and counted. A damaged file is renamed, and a new one is made. The log tells each problem once, when it
/// begins.
final class SQLiteTier: ResultCache {
    /// How long the file is waited for.
    struct Patience: Sendable {
        /// The longest time of a lookup.
        var lookup = Duration.milliseconds(200)
        /// How long a lookup waits for a program that holds the file.
        var lock = Duration.milliseconds(5)
        /// How long opening and closing may take.
        var opening = Duration.seconds(2)
        /// How long the background waits for a program that holds the file, before it tries again later.
        var writing = Duration.seconds(1)
        /// The pause before it does.
        var retry = Duration.seconds(5)

        init() {}
    }

    /// The most captions that wait to be written.
    static let queueLimit = 1000

    private struct State {
        /// Captions that wait to be written; those of one moment share a transaction.
        var unwritten: [CaptionKey: CachedCaption] = [:]
        var isFlushing = false
        var isClosed = false
        var nextLookup = 0
        /// The start times of lookups that have not returned.
        var lookups: [Int: ContinuousClock.Instant] = [:]
    }

    let name = "disk"
    private let file: CaptionDatabase
    private let logger: Logger
    private let maxEntries: Int
    private let timeToLive: Double
    private let patience: Patience
    private let metrics: CaptionMetrics
    private let state = Mutex(State())

    /// Makes a tier in the file at `path`; nothing is opened before ``open()``.
    ///
    /// - Parameters:
    ///   - maxEntries: the most captions in the file; zero for no file.
    ///   - timeToLive: after how many seconds a caption counts as expired.
    init(
        path: String, maxEntries: Int, timeToLive: Double, patience: Patience = Patience(),
        metrics: CaptionMetrics = CaptionMetrics(), logger: Logger
    ) {
        self.maxEntries = maxEntries
        self.timeToLive = timeToLive
        self.patience = patience
        self.metrics = metrics
        self.logger = logger
        file = CaptionDatabase(
            path: path, maxEntries: maxEntries, timeToLive: timeToLive, patience: patience, logger: logger)
    }

    /// Opens the file, checks it, and drops expired captions. Returns when that is done, or when it takes too long;
    /// then it continues in the background.
    func open() async {
        guard maxEntries > 0 else { return }
        _ = await value(within: patience.opening) { [file] in await file.open() }
    }

    func get(_ key: CaptionKey) async -> CachedCaption? {
        await caption(key, now: Date().timeIntervalSince1970)
    }

    /// The caption of `key`; nil if there is none, if it has expired, or if the lookup takes too long.
    ///
    /// - Parameter now: seconds since 1970.
    func caption(_ key: CaptionKey, now: Double) async -> CachedCaption? {
        guard maxEntries > 0 else { return nil }
        let began = ContinuousClock.now
        let lookup: Int? = state.withLock { state in
            if state.lookups.values.contains(where: { $0 < began - patience.lookup }) { return nil }
            state.nextLookup += 1
            state.lookups[state.nextLookup] = began
            return state.nextLookup
        }
        if let waiting = state.withLock({ $0.unwritten[key] }) {
            if let lookup { end(lookup) }
            return waiting
        }
        guard let lookup else {
            metrics.cacheFault(.slowLookup)
            return nil
        }
        let oldest = now - timeToLive
        let found = await value(within: patience.lookup) { [file, metrics] in
            let found = await file.reader.caption(key, oldest: oldest)
            self.end(lookup)
            if let fault = found.fault {
                if fault == .damagedRow { metrics.cacheFault(.damagedRow) }
                Task { await file.mend(fault, key) }
            }
            return found.caption
        }
        if found == nil { metrics.cacheFault(.slowLookup) }
        return found ?? nil
    }

    private func end(_ lookup: Int) {
        state.withLock { $0.lookups[lookup] = nil }
    }

    /// Queues a caption to be written.
    func put(_ caption: CachedCaption, for key: CaptionKey) {
        guard maxEntries > 0 else { return }
        let (isDropped, mustFlush) = state.withLock { state in
            if state.isClosed { return (false, false) }
            guard state.unwritten.count < Self.queueLimit || state.unwritten[key] != nil else { return (true, false) }
            state.unwritten[key] = caption
            defer { state.isFlushing = true }
            return (false, !state.isFlushing)
        }
        if isDropped { metrics.cacheFault(.dropped) }
        if mustFlush { Task { await flush() } }
    }

    /// Writes the queued captions. If another program holds the file, tries again later.
    func flush() async {
        while true {
            let captions = state.withLock { state in
                state.isFlushing = !state.unwritten.isEmpty
                return state.unwritten
            }
            guard !captions.isEmpty else { return }
            switch await file.write(captions) {
            case .written: dequeue(captions)
            case .failed:
                dequeue(captions)
                metrics.cacheFault(.dropped, count: captions.count)
            case .busy:
                guard !state.withLock(\.isClosed) else { return }
                // `isFlushing` stays set: whatever comes meanwhile waits for this, too.
                try? await Task.sleep(for: patience.retry)
            }
        }
    }

    /// Removes written captions from the queue, unless newer ones came in for the same keys.
    private func dequeue(_ captions: [CaptionKey: CachedCaption]) {
        state.withLock { state in
            for (key, caption) in captions where state.unwritten[key] == caption { state.unwritten[key] = nil }
        }
    }

    /// Writes what is left and closes the file; what cannot be written in time is dropped.
    func close() async {
        state.withLock { $0.isClosed = true }
        _ = await value(within: patience.opening) { [file] in
            await self.flush()
            await file.close()
        }
        let left = state.withLock(\.unwritten.count)
        if left > 0 {
            metrics.cacheFault(.dropped, count: left)
            logger.warning(
                "Captions could not be written to the cache in time, and are dropped.",
                metadata: ["captions": .stringConvertible(left)])
        }
    }

    /// How many captions the file holds.
    var count: Int {
        get async { await file.count }
    }
}

/// The SQLite file itself. Its calls block this actor, but nobody who waits for a caption.
private actor CaptionDatabase {
    /// What became of some captions.
    enum Outcome {
        case written
        /// Another program holds the file.
        case busy
        case failed
    }

    /// Raised whenever the table changes; the file's `user_version`.
    private static let version = 2

    nonisolated let reader: CaptionReader
    private let executor = BlockingExecutor(label: "image-to-song.captions")
    private let path: String
    private let maxEntries: Int
    private let timeToLive: Double
    private let patience: SQLiteTier.Patience
    private let logger: Logger
    private var database: DatabaseQueue?
    /// The open file, which may have been removed or replaced since.
    private var identity: FileIdentity?
    /// Whether the log has told of the present problem.
    private var isInTrouble = false
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String, maxEntries: Int, timeToLive: Double, patience: SQLiteTier.Patience, logger: Logger) {
        self.path = path
        self.maxEntries = maxEntries
        self.timeToLive = timeToLive
        self.patience = patience
        self.logger = logger
        reader = CaptionReader(path: path, patience: patience.lock)
    }

    func open() async {
        attempt { _ in }
        await reader.use(database != nil)
    }

    func write(_ captions: [CaptionKey: CachedCaption]) async -> Outcome {
        guard !isClosed else { return .failed }
        let before = database.map(ObjectIdentifier.init)
        let outcome = attempt { database in
            try database.write { database in
                let statement = try database.makeStatement(
                    sql: "INSERT OR REPLACE INTO caption (key, created, content, checksum) VALUES (?, ?, ?, ?)")
                for (key, caption) in captions {
                    let row = try CaptionRow(caption, key)
                    try statement.execute(arguments: [key.digest, row.created, row.content, row.checksum])
                }
                try prune(database)
            }
        }
        if database.map(ObjectIdentifier.init) != before { await reader.use(database != nil) }
        return outcome
    }

    /// Drops a row that is not what was written, or sets a damaged file aside.
    func mend(_ fault: CaptionReader.Fault, _ key: CaptionKey) async {
        switch fault {
        case .damagedRow:
            logger.warning("A caption in the cache was damaged and is dropped.", metadata: ["path": "\(path)"])
            attempt {
                try $0.write { try $0.execute(sql: "DELETE FROM caption WHERE key = ?", arguments: [key.digest]) }
            }
        case .damagedFile(let error):
            guard database != nil else { return }
            setAside(error)
            attempt { _ in }
            await reader.use(database != nil)
        }
    }

    func close() async {
        isClosed = true
        await reader.use(false)
        try? database?.close()
        database = nil
    }

    var count: Int {
        var count = 0
        attempt { count = try $0.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM caption") } ?? 0 }
        return count
    }

    /// Runs `work` on the file. Opens it first if it is closed, or no longer the one at its path.
    @discardableResult
    private func attempt(_ work: (DatabaseQueue) throws -> Void) -> Outcome {
        do {
            try work(try opened())
            isInTrouble = false
            return .written
        } catch  where CaptionReader.isDamage(error) {
            setAside(error)
            do {
                try work(try opened())
                return .written
            } catch {
                return complain(error)
            }
        } catch {
            return complain(error)
        }
    }

    private func complain(_ error: any Error) -> Outcome {
        let isBusy = [.SQLITE_BUSY, .SQLITE_LOCKED].contains((error as? DatabaseError)?.resultCode.primaryResultCode)
        if !isInTrouble {
            logger.warning(
                isBusy
                    ? "Another program holds the cache of captions; answers do not wait for it."
                    : "The cache of captions cannot be used: \(error)",
                metadata: ["path": "\(path)"])
        }
        isInTrouble = true
        return isBusy ? .busy : .failed
    }

    private func opened() throws -> DatabaseQueue {
        if let database, identity == FileIdentity(path) { return database }
        if database != nil {
            logger.warning(
                "The file of the cache of captions was removed or replaced; a new one is begun.",
                metadata: ["path": "\(path)"])
            try? database?.close()
            database = nil
        }
        let database = try openSound()
        identity = FileIdentity(path)
        self.database = database
        return database
    }

    private func openSound() throws -> DatabaseQueue {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        var configuration = Configuration()
        configuration.label = "captions"
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(patience.writing.inSeconds)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try database.writeWithoutTransaction { database in
            let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
            guard verdict == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict) }
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        try database.write { database in
            let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            guard tables.allSatisfy({ $0 == "caption" }) else {
                throw DatabaseError(resultCode: .SQLITE_NOTADB, message: "it holds tables of another program")
            }
            if try Int.fetchOne(database, sql: "PRAGMA user_version") != Self.version {
                // Captions of an older version say less of themselves than can be checked.
                try database.execute(sql: "DROP TABLE IF EXISTS caption")
            }
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS caption
                        (key BLOB PRIMARY KEY, created REAL NOT NULL, content BLOB NOT NULL, checksum BLOB NOT NULL)
                        WITHOUT ROWID;
                    CREATE INDEX IF NOT EXISTS caption_by_age ON caption (created);
                    PRAGMA user_version = \(Self.version);
                    """)
            try prune(database)
        }
        return database
    }

    /// Drops expired captions. If there are still too many, drops the oldest ones, a tenth more than necessary.
    private nonisolated func prune(_ database: Database) throws {
        let oldest = Date().timeIntervalSince1970 - timeToLive
        try database.execute(sql: "DELETE FROM caption WHERE created <= ?", arguments: [oldest])
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM caption") ?? 0
        guard count > maxEntries else { return }
        try database.execute(
            sql: "DELETE FROM caption WHERE key IN (SELECT key FROM caption ORDER BY created LIMIT ?)",
            arguments: [count - maxEntries + maxEntries / 10])
    }

    /// Renames the damaged file, so that somebody may look at it, and removes the files beside it that belong to it.
    private func setAside(_ error: any Error) {
        try? database?.close()
        database = nil
        let aside = "\(path).damaged-\(Int(Date().timeIntervalSince1970))"
        let files = FileManager.default
        try? files.removeItem(atPath: aside)
        try? files.moveItem(atPath: path, toPath: aside)
        for suffix in ["-wal", "-shm"] { try? files.removeItem(atPath: path + suffix) }
        logger.warning(
            "The cache of captions was damaged and is started anew: \(error)", metadata: ["set_aside": "\(aside)"])
    }
}

/// Looks captions up through a connection of its own, so that writing does not delay it.
private actor CaptionReader {
    enum Fault: Sendable, Equatable {
        /// The row is not the one that was written.
        case damagedRow
        case damagedFile(DatabaseError)

        static func == (one: Fault, other: Fault) -> Bool {
            switch (one, other) {
            case (.damagedRow, .damagedRow), (.damagedFile, .damagedFile): true
            default: false
            }
        }
    }

    struct Found: Sendable {
        var caption: CachedCaption?
        var fault: Fault?
    }

    private let executor = BlockingExecutor(label: "image-to-song.captions.reader")
    private let path: String
    private let patience: Duration
    private var database: DatabaseQueue?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String, patience: Duration) {
        self.path = path
        self.patience = patience
    }

    /// Opens the file that is there now, or none.
    func use(_ isThere: Bool) {
        try? database?.close()
        var configuration = Configuration()
        configuration.label = "captions.reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(patience.inSeconds)
        database = isThere ? try? DatabaseQueue(path: path, configuration: configuration) : nil
    }

    func caption(_ key: CaptionKey, oldest: Double) -> Found {
        do {
            let row = try database?.read { database in
                try Row.fetchOne(
                    database, sql: "SELECT created, content, checksum FROM caption WHERE key = ? AND created > ?",
                    arguments: [key.digest, oldest])
            }
            guard let row else { return Found() }
            guard let caption = CaptionRow(row).caption(key) else { return Found(fault: .damagedRow) }
            return Found(caption: caption)
        } catch let error as DatabaseError where Self.isDamage(error) {
            return Found(fault: .damagedFile(error))
        } catch {
            // Usually busy; the writer tells the log.
            return Found()
        }
    }

    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        // SQLITE_ERROR means a table of another shape: another program's file.
        return [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode.primaryResultCode)
    }
}

/// A caption as it is stored in the file, with a checksum over its key and its content.
private struct CaptionRow {
    let created: Double
    let content: Data
    let checksum: Data

    init(_ caption: CachedCaption, _ key: CaptionKey) throws {
        created = caption.created
        content = try JSONEncoder().encode(caption)
        checksum = Self.checksum(key, created, content)
    }

    init(_ row: Row) {
        // A damaged row may hold values of other types.
        created = Double.fromDatabaseValue(row["created"]) ?? 0
        content = Data.fromDatabaseValue(row["content"]) ?? Data()
        checksum = Data.fromDatabaseValue(row["checksum"]) ?? Data()
    }

    /// The caption; nil if the row is not what was written for this key.
    func caption(_ key: CaptionKey) -> CachedCaption? {
        guard checksum == Self.checksum(key, created, content),
            let caption = try? JSONDecoder().decode(CachedCaption.self, from: content), !caption.caption.isEmpty
        else { return nil }
        return caption
    }

    private static func checksum(_ key: CaptionKey, _ created: Double, _ content: Data) -> Data {
        var hash = SHA256()
        hash.update(data: key.digest)
        withUnsafeBytes(of: created.bitPattern.littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: content)
        return Data(hash.finalize())
    }
}

/// Identifies a file, to notice when another one has taken its place.
private struct FileIdentity: Equatable {
    let device: UInt64
    let node: UInt64

    /// Nil where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        node = UInt64(status.st_ino)
    }
}
