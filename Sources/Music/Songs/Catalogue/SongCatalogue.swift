import Foundation
import GRDB

/// The songs of whoever runs this, in a SQLite file.
///
/// Reading goes on while an import writes, and sees what was there before it. Every call blocks, so it is made on a
/// thread of one's own. A file that is damaged is never removed or mended: it is somebody's collection.
public final class SongCatalogue: Sendable {
    /// Where the file is.
    public let path: String
    let database: DatabasePool

    /// Opens the catalogue at `path`, or makes one there and puts the starter songs into it.
    ///
    /// - Parameter withStarter: whether a new catalogue gets the starter songs.
    /// - Throws: ``SongsError`` `catalogueUnavailable` where the file cannot be opened, is damaged, or was written by a newer
    ///   version.
    public init(path: String, withStarter: Bool = true) throws(SongsError) {
        self.path = path
        do {
            let folder = (path as NSString).deletingLastPathComponent
            if !folder.isEmpty {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try Self.refuseForeign(path)
            var configuration = Configuration()
            configuration.label = "songs"
            configuration.busyMode = .timeout(10)
            configuration.foreignKeysEnabled = true
            configuration.maximumReaderCount = 8
            database = try DatabasePool(path: path, configuration: configuration)
            let migrator = CatalogueSchema.migrator
            guard try !database.read(migrator.hasBeenSuperseded) else {
                throw SongsError(
                    .catalogueUnavailable,
                    "The catalogue of songs was written by a newer version of this program; use that one, or name another file.",
                    file: path)
            }
            try migrator.migrate(database)
            try StarterCatalogue.begin(self, isWanted: withStarter)
        } catch let error as SongsError {
            throw error
        } catch {
            throw Self.unavailable(path, error)
        }
    }

    /// A database of another program is not touched: even opening it as a catalogue would change it.
    private static func refuseForeign(_ path: String) throws {
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber,
            size.intValue > 0
        else { return }
        var configuration = Configuration()
        configuration.readonly = true
        let file = try DatabaseQueue(path: path, configuration: configuration)
        let tables = try file.read {
            try String.fetchSet($0, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        try file.close()
        guard !tables.isSubset(of: ["grdb_migrations"]), !tables.isSuperset(of: ["song", "song_text", "catalogue"])
        else { return }
        throw SongsError(
            .catalogueUnavailable,
            "The catalogue of songs is a database of another program, and was left as it is; name another file for the catalogue.",
            file: path)
    }

    /// A number that rises with every change to the songs, so that what is kept in memory knows when it is old.
    public func revision() throws(SongsError) -> Int64 {
        try read { database in
            try Int64.fetchOne(database, sql: "SELECT value FROM catalogue WHERE name = 'revision'") ?? 0
        }
    }

    /// How many songs there are.
    public func count() throws(SongsError) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM song") ?? 0 }
    }

    /// The result of `work` on a snapshot of the catalogue.
    func read<Value>(_ work: (Database) throws -> Value) throws(SongsError) -> Value {
        do {
            return try database.read(work)
        } catch let error as SongsError {
            throw error
        } catch {
            throw Self.unavailable(path, error)
        }
    }

    /// Does `work` in one transaction: all of it, or, where it throws, nothing.
    func write<Value>(_ work: (Database) throws -> Value) throws(SongsError) -> Value {
        do {
            return try database.write(work)
        } catch let error as SongsError {
            throw error
        } catch {
            throw Self.unavailable(path, error)
        }
    }

    private static func unavailable(_ path: String, _ error: any Error) -> SongsError {
        let advice =
            switch (error as? DatabaseError)?.resultCode.primaryResultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                "it is damaged, or no catalogue: restore it from a copy, or move it away so that a new one is made"
            case .SQLITE_FULL: "its disk is full: make room"
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                "it cannot be opened for writing: check that this user may write it and its folder"
            case .SQLITE_BUSY, .SQLITE_LOCKED: "another program is writing it: try again in a moment"
            default: "see the cause, and check its folder and its disk"
            }
        return SongsError(
            .catalogueUnavailable, "The catalogue of songs cannot be used; \(advice).", file: path, cause: error)
    }
}
