/// Songs from a table whose first row names the columns: our own, or Exportify's.
struct SongTable: SongReading {
    private var rows: CSVReader
    private let columns: [SongColumn?]
    private let template: SongFields

    let sought = "rows below the line that names the columns"

    /// Reads the headings.
    /// - Parameter source: what the songs are said to come from; nil for `exportify` or `csv`.
    /// - Throws: ``SongsError`` `unreadableImport` where no heading is that of titles.
    init(_ text: TextFile, source: String? = nil) throws(SongsError) {
        rows = CSVReader(text)
        let headings = try rows.next()?.cells ?? []
        columns = headings.map(SongColumn.init(heading:))
        guard columns.contains(.title) else {
            let found = headings.prefix(8).map { SongText.excerpt($0) }.joined(separator: ", ")
            throw SongsError(
                .unreadableImport,
                "This table has no column for titles (its first line names \(found.isEmpty ? "nothing" : found)); "
                    + "its first line must name the columns, with `title` or Exportify's `Track Name` among them.")
        }
        let isExportify = SongColumn.areExportify(headings)
        var template = SongFields(
            isExportify ? .exportify : .own, source: source ?? (isExportify ? "exportify" : "csv"))
        template.hasEmbeddableColumn = columns.contains(.embeddable)
        self.template = template
    }

    var bytesRead: Int64 { rows.bytesRead }
    var bytesTotal: Int64? { rows.bytesTotal }

    /// Cells that are missing at the end of a row are empty.
    mutating func next() throws(SongsError) -> SongRow? {
        guard let row = try rows.next() else { return nil }
        if let problem = row.problem { return SongRow(line: row.line, leftOut: problem) }
        guard row.cells.dropFirst(columns.count).allSatisfy(\.isEmpty) else {
            return SongRow(
                line: row.line,
                leftOut: "the row has \(row.cells.count) cells where the first line names \(columns.count)")
        }
        var fields = template
        for (column, cell) in zip(columns, row.cells) {
            if let column { fields[column] = cell }
        }
        return SongRow(line: row.line, fields)
    }
}
