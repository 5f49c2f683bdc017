/// Songs from a table whose first row names the columns: our own, or Exportify's.
struct SongTable: SongReading {
    private var rows: CSVReader
    private let columns: [SongColumn?]
    private let isExportify: Bool
    private let source: String?

    /// Reads the headings.
    /// - Parameter source: what the songs are said to come from; nil for `exportify` or `csv`.
    /// - Throws: ``SongsError`` `unreadableImport` where no heading is that of titles.
    init(_ text: TextFile, source: String? = nil) throws(SongsError) {
        rows = CSVReader(text)
        let headings = try rows.next()?.cells ?? []
        var columns = headings.map(SongColumn.init(heading:))
        // Two columns of genres, say: the first counts.
        for index in columns.indices where columns[..<index].contains(columns[index]) { columns[index] = nil }
        guard columns.contains(.title) else {
            let found = headings.prefix(8).map { $0.prefix(40).debugDescription }.joined(separator: ", ")
            throw SongsError(
                .unreadableImport,
                "This table has no column for titles (its first line names \(found.isEmpty ? "nothing" : found)); "
                    + "its first line must name the columns, with `title` or Exportify's `Track Name` among them.")
        }
        self.columns = columns
        self.source = source
        isExportify = columns.contains(.uri)
    }

    var bytesRead: Int64 { rows.bytesRead }
    var bytesTotal: Int64? { rows.bytesTotal }

    mutating func next() throws(SongsError) -> Result<Song, ImportReport.Rejection>? {
        guard let row = try rows.next() else { return nil }
        func reject(_ reason: String) -> Result<Song, ImportReport.Rejection> {
            .failure(ImportReport.Rejection(line: row.line, reason: reason))
        }
        if let problem = row.problem { return reject(problem) }
        let extra = row.cells.dropFirst(columns.count)
        guard row.cells.count >= columns.count, extra.allSatisfy(\.isEmpty) else {
            return reject("the row has \(row.cells.count) cells where the first line names \(columns.count)")
        }
        var fields: [SongColumn: String] = [:]
        for (column, cell) in zip(columns, row.cells) {
            if let column, !cell.isEmpty { fields[column] = cell }
        }
        do throws(FieldProblem) {
            let source = self.source ?? (isExportify ? "exportify" : "csv")
            return .success(try Song(fields: fields, source: source, isExportify: isExportify))
        } catch {
            return reject(error.reason)
        }
    }
}
