import ArgumentParser
import Console
import Foundation
import Recommendation
import Serving
import Settings
import Songs

struct BenchSongs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "songs",
        abstract: "Measures how fast and how well songs are ranked.",
        discussion: """
            Without --quality it makes synthetic catalogues of several sizes. It imports each from a list, searches \
            it and matches captions, and times the index and the ranking alone, with and without embeddings. Every \
            query is different.

            With --quality it ranks the catalogue for each moment described in a file and compares the result with \
            what the file expects: precision, violations and nDCG at 10, next to a random order, tags alone and mood \
            alone, with bootstrap intervals.
            """)

    @Option(help: ArgumentHelp("The number of songs; repeat the option to measure several sizes.", valueName: "COUNT"))
    var rows: [Int] = [1_000, 100_000, 1_000_000]

    @Option(name: .customLong("repeat"), help: "The number of queries for each size.")
    var repetitions = 40

    @Option(help: ArgumentHelp("Measure quality instead, with the moments in this file.", valueName: "FILE"))
    var quality: String?

    @Option(
        help: ArgumentHelp("The songs that --quality ranks, as CSV; default: starter catalogue.", valueName: "FILE"))
    var catalogue: String?

    @Option(help: ArgumentHelp("The moments to use: all, even or odd ones, counted from 0.", valueName: "WHICH"))
    var moments = MomentChoice.all

    @Flag(
        name: .customLong("embeddings"), inversion: .prefixedNo,
        help: "Whether to use the embedding model, if there is one.")
    var usesEmbeddings = true

    @Option(
        help: ArgumentHelp(
            "With --quality: also rank with these weights. May be repeated.",
            valueName: "MOOD,EMBEDDING,TAGS"),
        transform: RankingSettings.init(weights:))
    var weights: [RankingSettings] = []

    @Flag(help: "Print one JSON object instead of tables.")
    var json = false

    /// Weights are tuned on one half and reported on the other, too.
    enum MomentChoice: String, ExpressibleByArgument, CaseIterable {
        case all, even, odd

        func of(_ moments: [BenchSongsMoment]) -> [BenchSongsMoment] {
            moments.enumerated().filter { self == .all || ($0.offset % 2 == 0) == (self == .even) }.map(\.element)
        }
    }

    func validate() throws {
        guard rows.allSatisfy({ (1...10_000_000).contains($0) }) else {
            throw ValidationError("--rows may be 1 to 10000000.")
        }
        guard repetitions >= 1 else { throw ValidationError("--repeat may be 1 or more.") }
    }

    func run() async throws {
        let settings = try Settings.load()
        let folder = usesEmbeddings ? try await EmbeddingModel.folder(settings) : nil
        let embeddings = try folder.map { try EmbeddingModel(folder: $0, settings) }
        if let quality {
            let moments = moments.of(try BenchSongsMoment.read(quality))
            let measured = try BenchSongsQuality.measure(
                try BenchSongsImport.songs(catalogue), moments, embeddings, other: weights)
            return print(json ? try jsonLine(measured) : measured.table)
        }
        let progress = ProgressLine("Measuring songs")
        var sizes: [BenchSongsSpeed] = []
        for (place, count) in rows.enumerated() {
            progress.update(Double(place) / Double(rows.count))
            sizes.append(try BenchSongsSpeed.take(songs: count, repetitions: repetitions, embeddings))
        }
        print(json ? try jsonLine(["sizes": sizes]) : Self.table(sizes))
    }

    private static func table(_ sizes: [BenchSongsSpeed]) -> String {
        var table = TextTable([
            "Songs", "rows/s", "file MB", "search ms", "match ms", "95 % ms", "index s", "index MB", "vectors MB",
            "rank ms", "95 % ms",
            "with embeddings ms", "95 % ms",
        ])
        for size in sizes {
            table.add([
                "\(size.songs)", digits(size.file.rowsPerSecond, 0), megabytes(size.file.fileBytes),
                digits(size.file.search.median, 2), digits(size.file.match.median, 2),
                digits(size.file.match.percentile95, 2),
                digits(size.indexSeconds, 3), megabytes(size.indexBytes),
                megabytes(size.vectorBytes),
                digits(size.rank.median, 2), digits(size.rank.percentile95, 2),
                digits(size.rankWithEmbeddings.median, 2),
                digits(size.rankWithEmbeddings.percentile95, 2),
            ])
        }
        return table.text
    }

    static func megabytes(_ bytes: Int?) -> String { bytes.map { digits(Double($0) / 1e6, 1) } ?? "–" }

    static func digits(_ value: Double, _ count: Int) -> String {
        value.isNaN ? "–" : String(format: "%.\(count)f", value)
    }
}

extension RankingSettings {
    /// The standard settings with the weights of a text such as "0.4,0.3,0.2".
    fileprivate init(weights text: String) throws {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard numbers.count == 3, let mood = numbers[0], let embedding = numbers[1], let tags = numbers[2],
            [mood, embedding, tags].allSatisfy({ (0...1).contains($0) })
        else { throw ValidationError("--weights may be three numbers from 0 to 1 with commas between them.") }
        self = .standard
        (moodWeight, embeddingWeight, tagWeight) = (mood, embedding, tags)
    }
}
