import ArgumentParser
import Console
import Server
import Songs

struct SongsStats: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Shows what is in the catalogue.")

    @OptionGroup var option: CatalogueOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let catalogue = try option.open()
        let statistics = try catalogue.statistics()
        if json { return print(try jsonLine(CatalogueAnswer(statistics))) }
        print("\(statistics.total) songs in \(catalogue.path)")
        if let years = statistics.years { print("from \(years.lowerBound) to \(years.upperBound)") }
        print("\(statistics.withAffect) with a place in the plane of moods")
        for (title, counts) in [
            ("sources", statistics.sources), ("genres", statistics.genres), ("moods", statistics.moods),
        ]
        where !counts.isEmpty {
            print("\(title): " + counts.map { "\($0.name) \($0.count)" }.joined(separator: ", "))
        }
    }
}
