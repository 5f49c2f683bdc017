import ArgumentParser
import Console
import Server
import Songs

struct SongsSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Finds songs by words in their titles, artists, albums and tags.",
        discussion: "Prints each song on a line: its id, a tab, and its description.")

    @Argument(help: ArgumentHelp("Words or beginnings of words. Without any, all songs.", valueName: "WORDS"))
    var words: [String] = []

    @Option(help: "The number of songs to print, 1 to 1000.")
    var limit = 20

    @Option(help: "The number of songs to skip.")
    var offset = 0

    @OptionGroup var option: CatalogueOption

    @Flag(help: "Print one JSON object per song, each on its own line.")
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
