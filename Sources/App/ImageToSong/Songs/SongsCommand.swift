import ArgumentParser
import Settings
import Songs

struct SongsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "songs", abstract: "Manages the catalogue of songs that pictures are matched with.",
        subcommands: [SongsImport.self, SongsStats.self, SongsSearch.self, SongsRemove.self, SongsExport.self])
}

/// Which catalogue a command works with.
struct CatalogueOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The catalogue's file. By default SONG_CATALOGUE, or image-to-song/songs.sqlite in XDG_DATA_HOME or "
                + "~/.local/share.",
            valueName: "FILE"))
    var catalogue: String?

    /// Opens the catalogue; a new one begins with the starter songs.
    func open() throws -> SongCatalogue {
        try SongCatalogue(path: try catalogue ?? Settings.load().songCatalogueLocation.path)
    }
}
