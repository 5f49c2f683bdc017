public import Foundation
import GRDB

/// Puts lists of songs into a catalogue: all of a list or, where it is stopped or fails, nothing.
///
/// Rows that are no songs are counted, named and left out; what else of a row cannot be read is noted. Bringing the same list
/// again changes nothing.
public struct SongImport: Sendable {
    private let catalogue: SongCatalogue

    public init(catalogue: SongCatalogue) {
        self.catalogue = catalogue
    }

    /// Imports a file, or a folder of audio files. Blocks; the catalogue can be read meanwhile.
    ///
    /// - Parameters:
    ///   - path: of the file or the folder.
    ///   - format: what it is; nil to tell by its first bytes and its name.
    ///   - progress: is told every few hundred rows, and at the end.
    ///   - isCancelled: is asked at every row; with true the import ends and leaves nothing behind.
    /// - Throws: ``SongsError`` `unreadableImport`, also where there is nothing in it; `catalogueUnavailable`, or `cancelled`.
    public func run(
        path: String, format: ImportFormat? = nil,
        progress: (ImportReport) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws(SongsError) -> ImportReport {
        let format = if let format { format } else { try ImportFormat(path: path) }
        return try run(format.reader(path: path), progress: progress, isCancelled: isCancelled)
    }

    /// Imports a list that somebody elsewhere sent. Blocks, as above.
    ///
    /// Relative paths in it stay as they are. Paths to other machines are left out with a note, and no path takes the place of
    /// one that the catalogue has: what an exported playlist plays is not for strangers to say.
    public func run(
        upload file: FileHandle, format: ImportFormat,
        progress: (ImportReport) -> Void = { _ in }, isCancelled: () -> Bool = { false }
    ) throws(SongsError) -> ImportReport {
        try run(format.reader(file), isUpload: true, progress: progress, isCancelled: isCancelled)
    }

    func run(
        _ rows: any SongReading, isUpload: Bool = false, progress: (ImportReport) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws(SongsError) -> ImportReport {
        var (rows, report) = (rows, ImportReport())
        report.bytesTotal = rows.bytesTotal
        func goOn() throws(SongsError) {
            if isCancelled() { throw SongsError(.cancelled, "The import was stopped; the catalogue is as it was.") }
        }
        try catalogue.change { database in
            var writer = try SongWriter(database, keepsPaths: isUpload)
            while let row = try rows.next() {
                try goOn()
                report.rowsRead += 1
                report.note(row.line, row.notes)
                switch row.song {
                case .failure(let problem): report.reject(row.line, problem.reason)
                case .success(var song):
                    if isUpload, let path = song.path, !PlaylistPaths.isLocal(path) {
                        song.path = nil
                        report.note(row.line, ["the path leads to another machine, and was left out"])
                    }
                    report.count(try writer.put(song))
                }
                guard report.rowsRead % 256 == 0 else { continue }
                report.bytesRead = rows.bytesRead
                progress(report)
            }
            guard report.rowsRead > 0 else {
                throw SongsError(
                    .unreadableImport, "There are no songs in it: \(rows.sought) were looked for, and none was found.")
            }
            try writer.finish(goOn)
            report.bytesRead = rows.bytesRead
            return report.added + report.updated > 0
        }
        progress(report)
        return report
    }
}
