import ArgumentParser
import Console
import Server
import Songs

struct SongsSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Finds songs by words of their titles, artists, albums and tags.",
        discussion: "Each song is a line: its number, a tab, and what it is.")

    @Argument(help: ArgumentHelp("Words, each the beginning of one; none for all songs.", valueName: "WORDS"))
    var words: [String] = []

    @Option(help: "How many songs, 1 to 1000.")
    var limit = 20

    @Option(help: "How many songs to pass over.")
    var offset = 0

    @OptionGroup var option: CatalogueOption

    @Flag(help: "One JSON object a song, a line each.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit may be 1 to 1000.") }
        guard offset >= 0 else { throw ValidationError("--offset may be 0 or more.") }
    }

    func run() throws {
        let page = try option.open().search(words.joined(separator: " "), limit: limit, offset: offset)
        for song in page.songs {
            print(json ? try jsonLine(SongObject(song, showsPath: true)) : "\(song.id)\t\(song.line)")
        }
        if !json, page.total > page.songs.count { complain("\(page.songs.count) of \(page.total) songs.") }
    }
}
