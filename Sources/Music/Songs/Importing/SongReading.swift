/// A list of songs that is read row by row.
protocol SongReading {
    /// The next row; nil behind the last.
    mutating func next() throws(SongsError) -> SongRow?

    /// How many bytes were read so far, and how many there are.
    var bytesRead: Int64 { get }
    var bytesTotal: Int64? { get }

    /// What was looked for: "a column for titles and rows below it".
    var sought: String { get }
}

/// A row of a list, as it was read.
struct SongRow {
    /// The line that it begins in, from 1; in a folder, the number of the file.
    let line: Int
    /// The song, or why there is none.
    let song: Result<Song, FieldProblem>
    /// What of it could not be read and counts as missing, a sentence without a full stop each.
    var notes: [String] = []

    init(line: Int, _ song: Song, notes: [String] = []) {
        self.line = line
        self.song = .success(song)
        self.notes = notes
    }

    /// A row that is left out.
    init(line: Int, leftOut reason: String) {
        self.line = line
        song = .failure(FieldProblem(reason: reason))
    }

    /// The row that some texts make.
    init(line: Int, _ fields: SongFields) {
        self.line = line
        var fields = fields
        do throws(FieldProblem) {
            song = .success(try Song(&fields))
        } catch {
            song = .failure(error)
        }
        notes = fields.notes
    }
}

/// Why the fields of a row make no song: one sentence without a full stop.
struct FieldProblem: Error {
    let reason: String
}
