import Foundation
import Logging
import Moods
import Songs
import StandIns
import Testing

@testable import Recommendation
@testable import Serving
@testable import Settings

/// The songs of a server, with the embedding model of another module's fixtures: its weights are random, its shapes are BERT's.
@Suite("Song service")
struct SongServiceTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "image-to-song-\(UUID())")
    private let journal = Journal()

    private var path: String { folder.appending(path: "songs.sqlite").path }

    private var settings: Settings {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
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

    private func upload(to service: SongService) async throws -> ImportJob {
        let list = try Data(contentsOf: URL(filePath: self.list))
        return try await service.startImport(format: .csv, name: "list.csv") { try $0.append(list) }
    }

    private func query(_ caption: String) -> SongQuery {
        var query = SongQuery()
        query.caption = caption
        return query
    }

    @Test(
        "Embeds songs with known features in the background, and then compares captions with them")
    func embeds() async throws {
        try await withService(settings) { service in
            let vectors = try await service.statistics().vectors
            #expect(vectors.map(\.count) == [1])
            #expect(vectors.first?.name.hasPrefix("bert-") == true)
            let match = try await service.match(query("a quiet harbour"))
            let components = match.songs.reduce(into: [:]) { $0[$1.song.title] = $1.components }
            #expect(components["Still Water"]?.embedding != nil)
            #expect(components["Nothing Known"]?.embedding == nil)
            #expect(match.mood.contributions.contains { $0.source == .anchors })
        }
    }

    @Test("Reads an import into the running service and embeds it once")
    func embedsImports() async throws {
        try await withService(settings) { service in
            try write("title,artist,moods\nMarch,Somebody,triumphant\nStill Water,Somebody,calm\n")
            let job = try await upload(to: service)
            try await eventually("the import is done") { job.state.status == .done }
            _ = try await service.match(query("a parade"))
            await service.settle()
            let vectors = try await service.statistics().vectors
            #expect(vectors.map(\.count) == [2])
            let match = try await service.match(query("a parade"))
            #expect(match.songs.first { $0.song.title == "March" }?.components.embedding != nil)
            #expect(journal.all.count { $0.hasPrefix("Loaded the embedding model") } == 1)
        }
    }

    @Test("Matches songs and finds imported ones while the embedding model downloads")
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
        let job = try await upload(to: service)
        try await eventually("the import is done") { job.state.status == .done }
        var query = query("a bee")
        query.filters.genres = ["polka dot"]
        try await eventually("the song is found") {
            let match = try await service.match(query)
            return match.songs.map(\.song.title) == ["Glass Bees"]
        }
        gate.open()
        await service.settle()
        await service.close()
    }

    @Test(
        "Logs an unusable embedding model or lexicon, and finds songs without it",
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
            let match = try await service.match(query("a quiet harbour"))
            #expect(match.songs.count == 2)
        }
    }

    @Test(
        "Admits a list before receiving it, stores it without a name, and drops it if the sender leaves"
    )
    func admission() async throws {
        var settings = settings
        settings.embeddingModel = "/nowhere"
        try await withService(settings) { service in
            let gates = (0..<5).map { _ in Signal() }
            let arrived = Signal()
            let uploads = gates.map { gate in
                Task {
                    try await service.startImport(format: .csv, name: "list.csv") { list in
                        try list.append(Data("title\nReceived\n".utf8))
                        await arrived.raise()
                        await gate.reach(1)
                        throw CancellationError()
                    }
                }
            }
            await arrived.reach(5)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!names.contains { $0.contains("import") }, "\(names)")
            let error = await #expect(throws: SongsError.self) {
                try await service.startImport(format: .csv, name: "list.csv") { _ in Issue.record("It was received.") }
            }
            #expect(error?.code == .tooManyImports)
            for (gate, upload) in zip(gates, uploads) {
                await gate.raise()
                await #expect(throws: CancellationError.self) { try await upload.value }
            }
            let page = try await service.search("received", limit: 1, offset: 0)
            #expect(page.total == 0)
            let job = try await upload(to: service)
            try await eventually("the import is done") { job.state.status == .done }
        }
    }

    @Test("Removes leftover lists at the start, and nothing else")
    func sweeping() async throws {
        var settings = settings
        settings.embeddingModel = "/nowhere"
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["image-to-song-import-1", ".image-to-song-import-2", "other"] {
            try Data("x".utf8).write(to: folder.appending(path: name))
        }
        try await withService(settings) { _ in
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.contains("other") && !names.contains { $0.contains("import") })
        }
    }

    @Test("Looks songs up while a match runs; skips a match whose caller left")
    func lookingUpMeanwhile() async throws {
        var settings = settings
        settings.embeddingModel = "/nowhere"
        try await withService(settings) { service in
            let (entered, gate) = (Signal(), Gate())
            let match = Task {
                await service.hold {
                    Task { await entered.raise() }
                    gate.wait()
                }
            }
            await entered.reach(1)
            let harbour = query("a harbour")
            let waiting = Task { try await service.match(harbour) }
            let song = try await service.song(id: 1)
            let page = try await service.search("still", limit: 1, offset: 0)
            let songs = try await service.songs(ids: [1, 2])
            let statistics = try await service.statistics()
            #expect(song.title == "Still Water" && page.total == 1 && songs.count == 2 && statistics.total == 2)
            #expect(service.songCount == 2)
            waiting.cancel()
            gate.open()
            await match.value
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test("A custom lexicon adds words and overrides the built-in ones")
    func readsLexicon() async throws {
        var settings = settings
        settings.embeddingModel = "/nowhere"
        settings.moodLexicon = folder.appending(path: "words.csv").path
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("# mine\nzeppelin,1,0.5\nharbour,-1,1\n".utf8).write(to: folder.appending(path: "words.csv"))
        try await withService(settings) { service in
            let moods = (
                try await service.match(query("a zeppelin")).mood, try await service.match(query("a harbour")).mood
            )
            #expect(moods.0.affect.valence > 0.5)
            #expect(moods.1.affect.valence < -0.5)
        }
    }
}

extension SongService {
    /// Does something on the thread of matches.
    fileprivate func hold(_ work: @Sendable () -> Void) { work() }
}

/// Counts, and lets wait for a count.
private actor Signal {
    private var count = 0
    private var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    func raise() {
        count += 1
        for waiter in waiters where waiter.count <= count { waiter.continuation.resume() }
        waiters.removeAll { $0.count <= count }
    }

    func reach(_ goal: Int) async {
        guard count < goal else { return }
        await withCheckedContinuation { waiters.append((goal, $0)) }
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
