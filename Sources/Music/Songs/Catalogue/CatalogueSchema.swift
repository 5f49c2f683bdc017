import GRDB

/// The tables of the catalogue's file.
enum CatalogueSchema {
    /// Brings a file to the form that this program writes.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("songs") { database in
            try database.execute(
                sql: """
                    CREATE TABLE song (
                        id INTEGER PRIMARY KEY, norm_key TEXT NOT NULL UNIQUE, title TEXT NOT NULL, artist TEXT NOT NULL,
                        album TEXT, year INTEGER, duration_ms INTEGER, explicit INTEGER, isrc TEXT, mbid TEXT,
                        spotify_id TEXT, path TEXT, source TEXT NOT NULL, licence TEXT, embeddable INTEGER NOT NULL);
                    CREATE TABLE song_tag (
                        song_id INTEGER NOT NULL REFERENCES song ON DELETE CASCADE, kind TEXT NOT NULL, tag TEXT NOT NULL,
                        weight REAL NOT NULL, PRIMARY KEY (song_id, kind, tag)) WITHOUT ROWID;
                    CREATE TABLE song_affect (
                        song_id INTEGER PRIMARY KEY REFERENCES song ON DELETE CASCADE, valence REAL NOT NULL,
                        arousal REAL NOT NULL, confidence REAL NOT NULL, method TEXT NOT NULL);
                    CREATE TABLE song_feature (
                        song_id INTEGER PRIMARY KEY REFERENCES song ON DELETE CASCADE, tempo REAL, key INTEGER, major INTEGER,
                        energy REAL, valence REAL, danceability REAL, acousticness REAL, instrumentalness REAL,
                        liveness REAL, speechiness REAL, loudness REAL, time_signature INTEGER, tempo_marking TEXT);
                    CREATE TABLE song_vector (
                        song_id INTEGER NOT NULL REFERENCES song ON DELETE CASCADE, model TEXT NOT NULL,
                        scale REAL NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (song_id, model)) WITHOUT ROWID;
                    CREATE INDEX song_by_source ON song (source);
                    CREATE TABLE catalogue (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
                    INSERT INTO catalogue VALUES ('revision', 0);
                    """)
            try database.create(virtualTable: "song_text", using: FTS5()) { table in
                table.tokenizer = .unicode61(diacritics: .remove)
                for column in ["title", "artist", "album", "tags"] { table.column(column) }
            }
        }
        // No foreign keys are touched, so that looking through all of them can be saved.
        migrator.registerMigration("recording codes", foreignKeyChecks: .immediate) { database in
            try database.execute(sql: "CREATE INDEX song_by_isrc ON song (isrc) WHERE isrc IS NOT NULL")
        }
        return migrator
    }
}
