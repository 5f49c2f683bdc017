import ArgumentParser
import Captioning
import Colour
import Concurrency
import Console
import Imaging
import ModelRegistry
import Moods
import MusicServices
import Recommendation
import Server
import Serving
import Settings
import Songs

struct Match: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds songs that fit pictures.",
        discussion: """
            Captions each picture, reads its mood from the caption and the colours, and lists songs of the catalogue, \
            each with the reason why it was chosen. A picture that cannot be read is named on standard error and does \
            not stop the others.
            """)

    @Argument(help: ArgumentHelp("JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF files.", valueName: "PICTURE"))
    var pictures: [String]

    @OptionGroup(title: "Songs") var songs: SongFlags

    @OptionGroup var option: CatalogueOption

    @Option(
        help: ArgumentHelp(
            "Write the songs of all pictures to this file. No file is overwritten.", valueName: "FILE.m3u8|.csv|.jspf"))
    var playlist: String?

    @OptionGroup var options: ModelOptions

    @OptionGroup(title: "Captions") var flags: CaptionFlags

    @Flag(help: "Print one JSON object per picture, each on its own line.")
    var json = false

    func validate() throws {
        if let playlist { _ = try PlaylistFile(playlist) }
    }

    func run() async throws {
        let settings = try Settings.load()
        try playlist.map(PlaylistFile.init)?.checkIsNew()
        let matcher = try await SongMatcher.load(settings, catalogue: try option.open())
        let folder = try await options.checkpoint(settings)
        let captioner = try await Captioner.forCommand(settings) { [options] in
            try options.captioner(settings, from: folder)
        }
        if case .ready(let description) = await captioner.state {
            if let note = description.note { complain(note) }
            do {
                try flags.options.validate(within: description.limits)
            } catch {
                throw ValidationError(CaptionFlags.sayingFlags(error.message))
            }
        }
        let thread = BlockingPool(count: 1, label: "match")
        let recommender = Recommender(captioner) { query in try await thread.run { try matcher.match(query) } }
        var hasFailed = false
        var chosen: [Song] = []
        let (query, asked) = (try songs.query, flags.options)
        try await inOrder(pictures, atMost: 3 * settings.maxBatchSize) { path in
            do {
                return Result<SongRecommendation, any Error>.success(
                    try await recommender.recommend(
                        try PictureFile.bytes(path), query: query, options: asked, admission: .orWait))
            } catch {
                return .failure(error)
            }
        } _: { path, result in
            do {
                let answer = try result.get()
                try say(answer, path)
                chosen += answer.songs.map(\.song).filter { song in !chosen.contains { $0.id == song.id } }
            } catch {
                hasFailed = true
                complain("\(path): \(error)")
                if json { print(try jsonLine(Failure(file: path, error: "\(error)"))) }
            }
        }
        if let playlist, chosen.isEmpty { complain("\(playlist) was not written: there are no songs.") }
        if let playlist, !chosen.isEmpty { try PlaylistFile(playlist).write(chosen, title: "Songs for pictures") }
        if hasFailed { throw ExitCode(1) }
    }

    private func say(_ answer: SongRecommendation, _ path: String) throws {
        if json { return print(try jsonLine(Answer(answer, path))) }
        if pictures.count > 1 { print(path) }
        print(answer.caption ?? "")
        print("mood: \(answer.mood.sentence)")
        for (index, ranked) in answer.songs.enumerated() {
            print("\(index + 1). \(ranked.song.line)\n   \(ranked.reason)")
        }
        if let reason = answer.reason { print(reason) }
    }

    /// One line of JSON, with the names that `POST /songs/match` has.
    private struct Answer: Encodable {
        let file: String
        let caption: String
        let score: Double?
        let mood: MoodAnswer
        let palette: [DominantColor]
        let songs: [RankedSongAnswer]
        let reason: String?

        init(_ answer: SongRecommendation, _ path: String) {
            file = path
            caption = answer.caption ?? ""
            score = answer.picture?.caption.score
            mood = MoodAnswer(answer.mood)
            palette = (answer.picture?.palette ?? []).map(DominantColor.init)
            songs = answer.songs.map {
                RankedSongAnswer($0, links: SearchLinks.links(for: $0.song), showsPath: true)
            }
            reason = answer.reason
        }
    }

    private struct Failure: Encodable {
        let file: String
        let error: String
    }
}

extension SongMatcher {
    /// The matcher that the settings ask for. Songs that the embedding model has not read yet are read first; without the model,
    /// and where it cannot be used, songs are found by mood and tags.
    static func load(_ settings: Settings, catalogue: SongCatalogue) async throws -> SongMatcher {
        var embeddings: EmbeddingModel?
        do {
            embeddings = try await EmbeddingModel.folder(settings).map { try EmbeddingModel(folder: $0, settings) }
            let total = try catalogue.statistics().total
            let progress = ProgressLine("Reading the descriptions of songs")
            _ = try embeddings?.embedNewSongs(of: catalogue) { progress.update(Double($0) / Double(max(total, 1))) }
        } catch {
            embeddings = nil
            complain("The embedding model cannot be used: \(error)")
        }
        return try SongMatcher(catalogue: catalogue, lexicon: try Lexicon(settings), embeddings: embeddings)
    }
}

extension Mood {
    /// "calm (valence 0.30, arousal -0.40, confidence 0.55), by the caption (quiet, harbour) and the colour (light and pale colours)"
    var sentence: String {
        func number(_ value: Double) -> String {
            let hundredths = Int((abs(value) * 100).rounded())
            let sign = value < 0 && hundredths > 0 ? "-" : ""
            return "\(sign)\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
        }
        let numbers =
            "\(label.rawValue) (valence \(number(affect.valence)), arousal \(number(affect.arousal)), confidence \(number(confidence)))"
        let sources = contributions.filter { !$0.evidence.isEmpty }.map {
            "the \($0.source.rawValue) (\($0.evidence.joined(separator: ", ")))"
        }
        return sources.isEmpty ? numbers : "\(numbers), by \(sources.joined(separator: " and "))"
    }
}
