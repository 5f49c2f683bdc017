import ArgumentParser

struct SongsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "songs", abstract: "Keeps the songs that pictures are matched with.",
        subcommands: [SongsImport.self, SongsStats.self, SongsSearch.self, SongsRemove.self, SongsExport.self])
}
