import ArgumentParser
import Console
import Foundation
import MusicServices
import Songs

struct SongsExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes songs as a playlist or a table.")

    @Argument(help: ArgumentHelp("Words as in `songs search`. Without any, all songs.", valueName: "WORDS"))
    var words: [String] = []

    @Option(help: ArgumentHelp("The file to write. No file is overwritten.", valueName: "FILE.m3u8|.csv|.jspf"))
    var out: String

    @OptionGroup var option: CatalogueOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws { _ = try PlaylistFile(out) }

    func run() throws {
        let catalogue = try option.open()
        let query = words.joined(separator: " ")
        let total = try catalogue.search(query, limit: 1).total
        let songs = try catalogue.search(query, limit: max(total, 1)).songs
        try PlaylistFile(out).write(songs, title: words.isEmpty ? "Songs" : query)
        print(
            json
                ? try jsonLine(Answer(file: out, songs: songs.count))
                : "\(songs.count) \(songs.count == 1 ? "song" : "songs") in \(out)")
    }

    private struct Answer: Encodable {
        let file: String
        let songs: Int
    }
}

/// A playlist to be written, in the format that its name says.
struct PlaylistFile {
    private let url: URL
    private let format: Playlist.Format

    init(_ path: String) throws {
        url = URL(fileURLWithPath: path)
        guard let format = Playlist.Format(rawValue: url.pathExtension.lowercased()) else {
            throw ValidationError("\(path) may end in .m3u8, .csv or .jspf.")
        }
        self.format = format
    }

    /// Saves whoever waits for songs from hearing at the end that they have no place.
    func checkIsNew() throws {
        if FileManager.default.fileExists(atPath: url.path) { throw isThere }
    }

    private var isThere: CommandError { CommandError("\(url.relativePath) is there already; name another file.") }

    func write(_ songs: [Song], title: String) throws {
        let playlist = Playlist(title: title, songs: songs) { SearchLinks.links(for: $0).first?.url }
        do {
            try playlist.data(as: format).write(to: url, options: .withoutOverwriting)
        } catch CocoaError.fileWriteFileExists {
            throw isThere
        } catch {
            throw CommandError("\(url.relativePath) cannot be written: \(error.localizedDescription)")
        }
    }
}
