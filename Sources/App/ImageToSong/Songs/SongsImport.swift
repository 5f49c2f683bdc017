import ArgumentParser
import Console
import Songs

struct SongsImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Imports songs from lists and folders of audio files.",
        discussion: """
            A list is a CSV (our own columns, or an export of Exportify's), an M3U playlist or JSON lines; from a \
            folder, the tags of all audio files are read. Rows that are not songs, and fields that cannot be read, \
            are named on standard error and left out. A list is imported as a whole or, if it is stopped, not at all; \
            importing it again changes nothing.
            """)

    @Argument(help: ArgumentHelp("The lists and folders to import.", valueName: "FILE|FOLDER"))
    var paths: [String]

    @Option(
        help: ArgumentHelp(
            "The format, if neither the name nor the first bytes tell it.", valueName: "csv|m3u|jsonl|folder"),
        transform: Self.format)
    var format: ImportFormat?

    @OptionGroup var option: CatalogueOption

    @Flag(help: "Print one JSON object per list, each on its own line.")
    var json = false

    private static func format(_ text: String) throws -> ImportFormat {
        guard let format = ImportFormat(rawValue: text) else {
            throw ValidationError("--format may be csv, m3u, jsonl or folder.")
        }
        return format
    }

    func run() throws {
        let catalogue = try option.open()
        var hasFailed = false
        for path in paths {
            do {
                let report = try bring(path, to: catalogue)
                try say(path, report)
                guard let failure = report.failure else { continue }
                hasFailed = true
                complain("\(path): \(failure)")
            } catch let error as SongsError {
                hasFailed = true
                complain("\(path): \(error)")
                if json { print(try jsonLine(Failure(file: path, error: error.message))) }
            }
        }
        if hasFailed { throw ExitCode(1) }
    }

    private func bring(_ path: String, to catalogue: SongCatalogue) throws(SongsError) -> ImportReport {
        let line = ProgressLine("Importing \(path)")
        return try SongImport(catalogue: catalogue).run(path: path, format: format) { report in
            guard let total = report.bytesTotal, total > 0 else { return }
            line.update(Double(report.bytesRead) / Double(total))
        }
    }

    private func say(_ path: String, _ report: ImportReport) throws {
        for rejection in report.rejections { complain("\(path), line \(rejection.line): \(rejection.reason)") }
        if report.rejected > report.rejections.count {
            complain("\(path): \(report.rejected - report.rejections.count) more rows were left out.")
        }
        for note in report.notes { complain("\(path), line \(note.line): \(note.reason)") }
        if report.noted > report.notes.count {
            complain("\(path): \(report.noted - report.notes.count) more things could not be read.")
        }
        if json { return print(try jsonLine(Answer(file: path, report))) }
        var parts = ["\(report.added) new", "\(report.updated) changed", "\(report.unchanged) as they were"]
        if report.rejected > 0 { parts.append("\(report.rejected) left out") }
        print("\(path): \(parts.joined(separator: ", "))")
    }

    private struct Answer: Encodable {
        let file: String
        let rowsRead: Int
        let added: Int
        let updated: Int
        let unchanged: Int
        let rejected: Int
        let noted: Int

        enum CodingKeys: String, CodingKey {
            case file, added, updated, unchanged, rejected, noted
            case rowsRead = "rows_read"
        }

        init(file: String, _ report: ImportReport) {
            self.file = file
            rowsRead = report.rowsRead
            added = report.added
            updated = report.updated
            unchanged = report.unchanged
            rejected = report.rejected
            noted = report.noted
        }
    }

    private struct Failure: Encodable {
        let file: String
        let error: String
    }
}
