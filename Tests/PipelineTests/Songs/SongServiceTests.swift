import Foundation
import Logging
import Moods
import Songs
import StandIns
import Testing

@testable import Pipeline

/// The songs of a server, with the embedding model of another module's fixtures: its weights are random, its shapes are BERT's.
@Suite("The songs of a server")
struct SongServiceTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-\(UUID())")
    private let journal = Journal()

    private var path: String { folder.appending(path: "songs.sqlite").path }

    private var settings: Settings {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var settings = Settings()
        settings.modelCacheDirectory = folder.path
        settings.songCatalogue = path
        settings.embeddingModel = tests.appending(path: "SentenceEmbeddingTests/Fixtures/mean").path
        return settings
    }

    /// A service that is open, and whose work in the background is done.
    private func withService(_ settings: Settings, _ body: (SongService) async throws -> Void) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("title,artist,moods,themes,year\nStill Water,Somebody,calm,sea,1999\nNothing Known,Nobody,,,\n")
        _ = try SongImport(catalogue: SongCatalogue(path: path, withStarter: false)).run(path: list)
        let logger = Logger(label: "test") { [journal] _ in LinesLogHandler(journal: journal) }
        let service = SongService(
            SongService.Sources(settings, metrics: SongMetrics(), logger: logger), logger: logger)
        await service.open()
        await service.settle()
        try await body(service)
        await service.close()
    }

    private var list: String { folder.appending(path: "list.csv").path }

    private func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: list)) }

    private func wish(_ caption: String) -> SongWish {
        var wish = SongWish()
        wish.caption = caption
        return wish
    }

    @Test(
        "Songs are embedded in the background, those of which something is known; then captions are compared with them")
    func embeds() async throws {
        try await withService(settings) { service in
            let vectors = try await service.statistics().vectors
            #expect(vectors.map(\.count) == [1])
            #expect(vectors.first?.name.hasPrefix("bert-") == true)
            let match = try await service.match(wish("a quiet harbour"))
            let components = match.songs.reduce(into: [:]) { $0[$1.song.title] = $1.components }
            #expect(components["Still Water"]?.embedding != nil)
            #expect(components["Nothing Known"]?.embedding == nil)
            #expect(match.mood.contributions.contains { $0.source == .anchors })
        }
    }

    @Test("An import while it runs is read anew and embedded, once")
    func embedsImports() async throws {
        try await withService(settings) { service in
            try write("title,artist,moods\nMarch,Somebody,triumphant\nStill Water,Somebody,calm\n")
            let copy = folder.appending(path: "copy.csv").path
            try FileManager.default.copyItem(atPath: list, toPath: copy)
            let job = try await service.startImport(path: copy, format: .csv, name: "list.csv")
            try await eventually("the import is done") { job.state.status == .done }
            _ = try await service.match(wish("a parade"))
            await service.settle()
            #expect(try await service.statistics().vectors.map(\.count) == [2])
            let match = try await service.match(wish("a parade"))
            #expect(match.songs.first { $0.song.title == "March" }?.components.embedding != nil)
            #expect(journal.all.count { $0.hasPrefix("Loaded the embedding model") } == 1)
        }
    }

    @Test("While the embedding model is fetched, songs are matched, and what is imported is found")
    func matchesMeanwhile() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let gate = Gate()
        var sources = SongService.Sources(path: path)
        sources.embeddings = { _ in
            gate.wait()
            return nil
        }
        let service = SongService(sources, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        await service.open()
        try write("title,artist,genres\nGlass Bees,Somebody,polka dot\n")
        let job = try await service.startImport(path: list, format: .csv, name: "list.csv")
        try await eventually("the import is done") { job.state.status == .done }
        var wish = wish("a bee")
        wish.filters.genres = ["polka dot"]
        try await eventually("the song is found") {
            let match = try await service.match(wish)
            return match.songs.map(\.song.title) == ["Glass Bees"]
        }
        gate.open()
        await service.settle()
        await service.close()
    }

    @Test(
        "Where the embedding model or the lexicon cannot be used, that is logged, and songs are found without it",
        arguments: [("/nowhere/model", ""), ("", "/nowhere/words.csv"), ("", "words.csv")])
    func goesOnWithout(model: String, lexicon: String) async throws {
        var settings = settings
        settings.embeddingModel = model.isEmpty ? settings.embeddingModel : model
        settings.moodLexicon = lexicon == "words.csv" ? folder.appending(path: lexicon).path : lexicon
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("calm,2,0\n".utf8).write(to: folder.appending(path: "words.csv"))
        try await withService(settings) { service in
            let complaints = journal.all.filter { $0.contains("cannot be used") }
            #expect(complaints.count == 1)
            #expect(complaints.first?.contains(model.isEmpty ? "words.csv" : model) == true, "\(journal.all)")
            let match = try await service.match(wish("a quiet harbour"))
            #expect(match.songs.count == 2)
        }
    }

    @Test("A lexicon of one's own adds words, and goes before the program's")
    func readsLexicon() async throws {
        var settings = settings
        settings.embeddingModel = "/nowhere"
        settings.moodLexicon = folder.appending(path: "words.csv").path
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("# mine\nzeppelin,1,0.5\nharbour,-1,1\n".utf8).write(to: folder.appending(path: "words.csv"))
        try await withService(settings) { service in
            let moods = (
                try await service.match(wish("a zeppelin")).mood, try await service.match(wish("a harbour")).mood
            )
            #expect(moods.0.affect.valence > 0.5)
            #expect(moods.1.affect.valence < -0.5)
        }
    }
}

/// Logs into a journal, a line each: the message, and what belongs to it.
private struct LinesLogHandler: LogHandler {
    let journal: Journal
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { journal.note("\(event.message) \(event.metadata ?? [:])") }
}
