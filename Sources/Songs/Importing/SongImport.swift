import GRDB

/// Puts lists of songs into a catalogue: all of a list or, where it is stopped or fails, nothing.
///
/// Rows that are no songs are counted, named and left out. Bringing the same list again changes nothing.
public struct SongImport: Sendable {
    private let catalogue: SongCatalogue

    public init(catalogue: SongCatalogue) {
        self.catalogue = catalogue
    }

    /// Imports a file, or a folder of audio files. Blocks; the catalogue can be read meanwhile.
    ///
    /// - Parameters:
    ///   - path: of the file or the folder.
    ///   - format: what it is; nil to tell by its name and its first bytes.
    ///   - name: what it was called where it came from, if `path` is that of a copy. Relative paths in a copy of a playlist
    ///     stay as they are.
    ///   - progress: is told every few hundred rows.
    ///   - isCancelled: is asked as often; with true the import ends and leaves nothing behind.
    /// - Throws: ``SongsError`` `unreadableImport`, `catalogueUnavailable`, or `cancelled`.
    public func run(
        path: String, format: ImportFormat? = nil, name: String? = nil,
        progress: (ImportReport) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws(SongsError) -> ImportReport {
        let format = if let format { format } else { try ImportFormat(path: path, name: name) }
        return try run(format.reader(path: path, isCopy: name != nil), progress: progress, isCancelled: isCancelled)
    }

    func run(
        _ rows: any SongReading, progress: (ImportReport) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws(SongsError) -> ImportReport {
        var (rows, report) = (rows, ImportReport())
        report.bytesTotal = rows.bytesTotal
        try catalogue.change { database in
            var writer = try SongWriter(database)
            while let row = try rows.next() {
                report.rowsRead += 1
                switch row {
                case .success(let song): report.count(try writer.put(song))
                case .failure(let rejection): report.reject(rejection)
                }
                guard report.rowsRead % 256 == 0 else { continue }
                report.bytesRead = rows.bytesRead
                progress(report)
                if isCancelled() {
                    throw SongsError(.cancelled, "The import was stopped; the catalogue is as it was.")
                }
            }
            try writer.finish()
            report.bytesRead = rows.bytesRead
            return report.added + report.updated > 0
        }
        progress(report)
        return report
    }
}
