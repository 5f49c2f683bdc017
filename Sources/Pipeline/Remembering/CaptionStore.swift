import Foundation
import GRDB
import Logging

/// The captions that outlive the process: a SQLite file, bounded in entries.
///
/// It never fails a request. A file that is damaged is set aside under another name and started anew; where nothing can
/// be written, captions are remembered in memory only. The log says so.
actor CaptionStore {
    private let executor = BlockingExecutor(label: "image-to-song.captions")
    private let path: String
    private let maxEntries: Int
    private let timeToLive: Double
    private let logger: Logger
    private var database: DatabaseQueue?
    /// Captions on their way to the file: those of one moment share a transaction.
    private var unwritten: [CaptionKey: RememberedCaption] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a store in the file at `path`; nothing is opened before ``open()``.
    ///
    /// - Parameter timeToLive: after how many seconds a caption counts as forgotten.
    init(path: String, maxEntries: Int, timeToLive: Double, logger: Logger) {
        self.path = path
        self.maxEntries = maxEntries
        self.timeToLive = timeToLive
        self.logger = logger
    }

    /// Opens the file, looks whether it is sound, and drops what is too old. Blocks the store, nobody else.
    func open() {
        guard database == nil, maxEntries > 0 else { return }
        do {
            database = try openSound()
        } catch {
            if isDamage(error) { setAside(error) }
            database = database ?? attempt { try openSound() }
        }
        prune()
    }

    /// The caption of `key`, unless it is too old.
    func caption(_ key: CaptionKey, now: Double) -> RememberedCaption? {
        if let caption = unwritten[key] { return caption }
        let oldest = now - timeToLive
        return attempt { [database] in
            try database?.read { database in
                try Row.fetchOne(
                    database, sql: "SELECT content FROM caption WHERE key = ? AND created > ?",
                    arguments: [key.digest, oldest]
                ).map { try JSONDecoder().decode(RememberedCaption.self, from: $0["content"]) }
            }
        }
    }

    /// Remembers a caption; it is in the file a moment later.
    func remember(_ caption: RememberedCaption, _ key: CaptionKey) {
        guard database != nil else { return }
        let isFirst = unwritten.isEmpty
        unwritten[key] = caption
        if isFirst { Task { flush() } }
    }

    /// Writes what is not in the file yet.
    func flush() {
        guard !unwritten.isEmpty else { return }
        let captions = unwritten
        unwritten = [:]
        attempt { [database] in
            try database?.write { database in
                let statement = try database.makeStatement(
                    sql: "INSERT OR REPLACE INTO caption (key, created, content) VALUES (?, ?, ?)")
                for (key, caption) in captions {
                    try statement.execute(
                        arguments: [key.digest, caption.created, try JSONEncoder().encode(caption)])
                }
            }
        }
        prune()
    }

    /// Writes what is left and closes the file.
    func close() {
        flush()
        attempt { [database] in try database?.close() }
        database = nil
    }

    /// How many captions the file holds.
    var count: Int {
        attempt { [database] in
            try database?.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM caption") }
        } ?? 0
    }

    private func openSound() throws -> DatabaseQueue {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        var configuration = Configuration()
        configuration.label = "captions"
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(2)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try database.writeWithoutTransaction { database in
            let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
            guard verdict == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict) }
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        try database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS caption
                        (key BLOB PRIMARY KEY, created REAL NOT NULL, content BLOB NOT NULL) WITHOUT ROWID;
                    CREATE INDEX IF NOT EXISTS caption_by_age ON caption (created);
                    """)
        }
        return database
    }

    /// Drops what is too old, and, where there are too many, the oldest tenth more than must be.
    private func prune() {
        let oldest = Date().timeIntervalSince1970 - timeToLive
        attempt { [database, maxEntries] in
            try database?.write { database in
                try database.execute(sql: "DELETE FROM caption WHERE created <= ?", arguments: [oldest])
                let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM caption") ?? 0
                guard count > maxEntries else { return }
                try database.execute(
                    sql: "DELETE FROM caption WHERE key IN (SELECT key FROM caption ORDER BY created LIMIT ?)",
                    arguments: [count - maxEntries + maxEntries / 10])
            }
        }
    }

    /// The result of `work`; nil where the database fails, which the log says.
    @discardableResult
    private func attempt<Value>(_ work: () throws -> Value?) -> Value? {
        do {
            return try work()
        } catch  where isDamage(error) {
            setAside(error)
            database = try? openSound()
        } catch {
            logger.warning("The cache of captions cannot be used: \(error)", metadata: ["path": "\(path)"])
        }
        return nil
    }

    private func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return error is DecodingError }
        // SQLITE_ERROR stands for a table of another shape: a file of somebody else's.
        return [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode.primaryResultCode)
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
