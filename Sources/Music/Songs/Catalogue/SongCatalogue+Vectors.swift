import Foundation
import GRDB

/// The embedding of a song, in eight bits: values × scale is of length 1.
public struct SongVector: Sendable {
    public let id: Int64
    public let values: [Int8]
    /// Above 0.
    public let scale: Float

    public init(id: Int64, values: [Int8], scale: Float) {
        self.id = id
        self.values = values
        self.scale = scale
    }
}

extension SongCatalogue {
    /// Keeps the embeddings that a model made; songs that are gone are passed over. The revision rises.
    public func storeVectors(model: String, _ vectors: [SongVector]) throws(SongsError) {
        try change { database in
            let insert = try database.makeStatement(
                sql: """
                    INSERT OR REPLACE INTO song_vector (song_id, model, scale, vector)
                    SELECT id, ?, ?, ? FROM song WHERE id = ?
                    """)
            for vector in vectors {
                let bytes = vector.values.withUnsafeBytes { Data($0) }
                try insert.execute(arguments: [model, vector.scale, bytes, vector.id])
            }
            return !vectors.isEmpty
        }
    }

    /// Songs that may be embedded and that a model has not embedded yet, by rising numbers above `id`.
    public func songsWithoutVector(model: String, after id: Int64 = 0, limit: Int) throws(SongsError) -> [Song] {
        try read { database in
            let ids = try Int64.fetchAll(
                database,
                sql: """
                    SELECT id FROM song WHERE id > ? AND embeddable
                        AND NOT EXISTS (SELECT 1 FROM song_vector WHERE song_id = song.id AND model = ?)
                    ORDER BY id LIMIT ?
                    """, arguments: [id, model, limit])
            return try ids.compactMap { try Self.song(id: $0, database) }
        }
    }

    /// Hands over every embedding of a model, by rising numbers: a song, its values as signed bytes, and their scale.
    public func forEachVector(
        model: String, _ body: (Int64, UnsafeRawBufferPointer, Float) throws -> Void
    ) throws(SongsError) {
        try read { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT song_id, vector, scale FROM song_vector WHERE model = ? ORDER BY song_id",
                arguments: [model])
            while let row = try rows.next() {
                let (id, scale): (Int64, Double) = (row[0], row[2])
                try row.withUnsafeData(atIndex: 1) { data in
                    try data?.withUnsafeBytes { try body(id, $0, Float(scale)) }
                }
            }
        }
    }
}
