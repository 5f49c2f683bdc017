/// A list of songs that is read row by row.
protocol SongReading {
    /// The next row: a song, or why it is none; nil behind the last.
    mutating func next() throws(SongsError) -> Result<Song, ImportReport.Rejection>?

    /// How many bytes were read so far, and how many there are.
    var bytesRead: Int64 { get }
    var bytesTotal: Int64? { get }
}

extension ImportReport.Rejection: Error {}
