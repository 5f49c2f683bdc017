import ArgumentParser
import Console
import Songs

struct SongsRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes songs from the catalogue. Keeps their files.")

    @Argument(help: ArgumentHelp("The ids of the songs.", valueName: "ID"))
    var ids: [Int64] = []

    @Option(help: "Remove all songs from this source: starter, exportify, csv, m3u, jsonl or files.")
    var source: String?

    @OptionGroup var option: CatalogueOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard ids.isEmpty != (source == nil) else {
            throw ValidationError("Name songs by their numbers, or a --source.")
        }
    }

    func run() throws {
        let catalogue = try option.open()
        let count = if let source { try catalogue.remove(source: source) } else { try catalogue.remove(ids: ids) }
        print(json ? try jsonLine(["removed": count]) : "\(count) removed")
        if count == 0 || (source == nil && count < Set(ids).count) {
            complain("Some of these are not in the catalogue; `songs search` and `songs stats` say what is.")
            throw ExitCode(1)
        }
    }
}
