import ArgumentParser
import Captioning
import Imaging
import ModelRegistry
import Moods
import MusicServices
import Pipeline
import Server
import Songs

struct Match: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds songs that fit pictures.",
        discussion: """
            Each picture is captioned, and its mood read from the caption and the colours. Songs of the catalogue follow, \
            each with why it was chosen. A picture that cannot be read is named on standard error and does not stop the \
            others.
            """)

    @Argument(help: ArgumentHelp("JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF files.", valueName: "PICTURE"))
    var pictures: [String]

    @OptionGroup(title: "Songs") var songs: SongFlags

    @OptionGroup var option: CatalogueOption

    @Option(
        help: ArgumentHelp(
            "Writes the songs of all pictures there; no file is overwritten.", valueName: "FILE.m3u8|.csv|.jspf"))
    var playlist: String?

    @OptionGroup var options: ModelOptions

    @OptionGroup(title: "Captions") var flags: CaptionFlags

    @Flag(help: "One JSON object a picture, a line each.")
    var json = false

    func validate() throws {
        if let playlist { _ = try PlaylistFile(playlist) }
    }

    func run() async throws {
        let settings = try Settings.load()
        try playlist.map(PlaylistFile.init)?.checkIsNew()
        let matcher = try await SongMatcher.load(settings, catalogue: try option.open())
        let model = try await options.captioner(settings)
        do {
            try flags.options.validate(within: model.description.limits)
        } catch {
            throw ValidationError(CaptionFlags.sayingFlags(error.message))
        }
        var hasFailed = false
        var chosen: [Song] = []
        for path in pictures {
            do {
                let match = try match(path, model, matcher, settings)
                try say(match)
                chosen += match.answer.songs.map(\.song).filter { song in !chosen.contains { $0.id == song.id } }
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

    private struct Found {
        let file: String
        let caption: String
        let palette: [PaletteColour]
        let answer: SongMatch
    }

    private func match(
        _ path: String, _ model: any CaptionModel, _ matcher: SongMatcher, _ settings: Settings
    ) throws -> Found {
        let picture = try PictureFile.picture(path, settings)
        let caption = try model.caption(
            pixels: try picture.pixels(model.preparation.by(nil, settings)), options: flags.options,
            cancellation: Cancellation(),
            listener: nil)
        let palette = try picture.rendition(fitting: Rendition.paletteSize).palette()
        var wish = try songs.wish
        wish.caption = caption.text
        wish.palette = palette.map(ColourMood.Area.init)
        return Found(file: path, caption: caption.text, palette: palette, answer: try matcher.match(wish))
    }

    private func say(_ found: Found) throws {
        if json { return print(try jsonLine(Answer(found))) }
        if pictures.count > 1 { print(found.file) }
        print(found.caption)
        print("mood: \(found.answer.mood.sentence)")
        for (place, ranked) in found.answer.songs.enumerated() {
            print("\(place + 1). \(ranked.song.line)\n   \(ranked.reason)")
        }
        if let reason = found.answer.reason { print(reason) }
    }

    /// One line of JSON, with the names that `POST /songs/match` has.
    private struct Answer: Encodable {
        let file: String
        let caption: String
        let mood: MoodAnswer
        let palette: [DominantColor]
        let songs: [RankedSongAnswer]
        let reason: String?

        init(_ found: Found) {
            file = found.file
            caption = found.caption
            mood = MoodAnswer(found.answer.mood)
            palette = found.palette.map(DominantColor.init)
            songs = found.answer.songs.map {
                RankedSongAnswer($0, links: SearchLinks.links(for: $0.song), showsPath: true)
            }
            reason = found.answer.reason
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
