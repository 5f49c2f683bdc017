import CSongFiles

/// The works in the public domain that a new catalogue begins with: Sources/Songs/starter.csv.
enum StarterCatalogue {
    /// What they are said to come from.
    static let source = "starter"

    /// The rows of the file.
    static var rows: any SongReading {
        get throws(SongsError) {
            try SongTable(
                TextFile(UnsafeRawBufferPointer(start: song_starter.bytes, count: song_starter.length)), source: source)
        }
    }
}
