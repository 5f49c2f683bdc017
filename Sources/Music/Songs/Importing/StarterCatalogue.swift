import CSongFiles
import GRDB

/// The works in the public domain that a new catalogue begins with: Sources/Music/Songs/starter.csv.
enum StarterCatalogue {
    /// What they are said to come from.
    static let source = "starter"

    /// Puts the songs into a new catalogue. What was begun, with the songs or without them, does not begin again: who
    /// removed them does not want them.
    static func begin(_ catalogue: SongCatalogue, isWanted: Bool) throws(SongsError) {
        let asked = "SELECT value FROM catalogue WHERE name = 'begun'"
        guard try catalogue.read({ try Int.fetchOne($0, sql: asked) }) == nil else { return }
        try catalogue.change { database in
            // Another process may have been faster.
            guard try Int.fetchOne(database, sql: asked) == nil else { return false }
            try database.execute(sql: "INSERT INTO catalogue VALUES ('begun', 1)")
            guard isWanted else { return false }
            var (rows, writer) = (try rows, try SongWriter(database))
            while let row = try rows.next() { _ = try writer.put(row.song.get()) }
            try writer.finish {}
            return true
        }
    }

    /// The rows of the file.
    static var rows: any SongReading {
        get throws(SongsError) {
            try SongTable(
                TextFile(UnsafeRawBufferPointer(start: song_starter.bytes, count: song_starter.length)), source: source)
        }
    }
}
