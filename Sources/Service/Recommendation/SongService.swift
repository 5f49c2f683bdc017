import Colour
import Concurrency
import Foundation
public import Logging
public import Moods
public import MusicServices
public import Songs
import Synchronization

/// The songs of this server: finds those that fit, takes in new ones, and never stands in the way of captions.
///
/// Matches are made on this actor's own thread; looking songs up, imports, reading the catalogue into memory and embedding songs
/// happen on others, so that none of them waits for another, and matches go on with the songs that were there before.
public actor SongService {
    /// What the songs are made from.
    public struct Sources: Sendable {
        /// The catalogue's file.
        public var path: String
        /// What the operator should know about where that is, a sentence; nil for nothing.
        public var notice: String?
        /// Reads the words whose mood is known.
        public var lexicon: @Sendable () throws(MoodsError) -> Lexicon = { .builtIn }
        /// Loads the model that compares captions with songs, and says what takes long; nil for none.
        public var embeddings: @Sendable (_ progress: @escaping @Sendable (String) -> Void) throws -> EmbeddingModel? =
            { _ in nil }
        /// Looks up exact tracks; nil leaves songs with addresses to search for them.
        public var spotify: SpotifyLookup?

        public init(path: String) {
            self.path = path
        }
    }

    private enum State: Sendable {
        case opening
        case open(SongCatalogue, SongMatcher)
        case failed(SongsError)
    }

    private let executor = BlockingExecutor(label: "image-to-song.songs")
    private let sources: Sources
    private let metrics: SongMetrics
    private let logger: Logger
    private let imports: SongImports
    private let catalogueThread = CatalogueThread()
    private let embeddingThread = EmbeddingThread()
    /// Looking up a song waits neither for matches nor for one that counts all songs.
    private let readers = BlockingPool(count: 4, label: "image-to-song.songs.reader")
    /// Whoever reads it need not wait for this actor.
    private nonisolated let state = Mutex(State.opening)
    private var lexicon = Lexicon.builtIn
    private var embeddings: EmbeddingModel?
    private var revision: Int64 = -1
    private var loading: Task<Void, Never>?
    /// Reads the songs anew.
    private var update: Task<Void, Never>?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes the service; nothing is opened before ``open()``.
    public init(_ sources: Sources, metrics: SongMetrics = SongMetrics(), logger: Logger) {
        self.sources = sources
        self.metrics = metrics
        self.logger = logger
        imports = SongImports(metrics: metrics, logger: logger)
    }

    /// Opens the catalogue, and reads it into memory; then loads the embedding model in the background. Where the catalogue cannot
    /// be had, every call says why; what else is missing is logged, and songs are found without it.
    public func open() {
        guard case .opening = state.withLock({ $0 }) else { return }
        if let notice = sources.notice { logger.notice("\(notice)") }
        let folder = URL(fileURLWithPath: sources.path).deletingLastPathComponent().path
        UploadedList.sweep([FileManager.default.temporaryDirectory.path, folder])
        do {
            lexicon = try sources.lexicon()
        } catch {
            logger.error("The lexicon cannot be used", metadata: ["error": "\(error)"])
        }
        do throws(SongsError) {
            let catalogue = try SongCatalogue(path: sources.path)
            revision = try catalogue.revision()
            use(try SongMatcher(catalogue: catalogue, lexicon: lexicon), of: catalogue)
            logger.info("Opened the songs", metadata: ["path": "\(sources.path)"])
            // By itself: a download may take for ever, and imports must be found meanwhile.
            loading = Task { await loadEmbeddings(for: catalogue) }
        } catch {
            state.withLock { $0 = .failed(error) }
            logger.error("The songs cannot be had", metadata: ["error": "\(error)"])
        }
    }

    /// Ends imports, whose songs are then not there, and waits for them.
    public func close() async {
        loading?.cancel()
        update?.cancel()
        await imports.close()
        await sources.spotify?.shutdown()
    }

    /// How many songs can be chosen from; nil where there is no catalogue.
    public nonisolated var songCount: Int? {
        if case .open(_, let matcher) = state.withLock({ $0 }) { matcher.index.count } else { nil }
    }

    /// The mood of a picture's colours alone.
    public nonisolated func mood(of palette: [ColourMood.Area]) -> Mood {
        MoodReader().mood(caption: nil, palette: palette)
    }

    /// The songs that fit.
    /// - Throws: ``SongsError``; `CancellationError` where the task is cancelled, be it in the middle.
    public func match(_ query: SongQuery) throws -> SongRecommendation {
        // Those whose callers left while they waited cost nothing.
        try Task.checkCancellation()
        let start = ContinuousClock.now
        let (catalogue, matcher) = try opened()
        keepUp(with: catalogue)
        let match = try matcher.match(query)
        try Task.checkCancellation()
        metrics.matched(in: .now - start)
        return match
    }

    /// Songs by words; see ``SongCatalogue``.
    public nonisolated func search(_ query: String, limit: Int, offset: Int) async throws -> SongPage {
        let catalogue = try opened().catalogue
        return try await readers.run { () throws(SongsError) in
            try catalogue.search(query, limit: limit, offset: offset)
        }
    }

    /// The song with a number.
    /// - Throws: `unknownSong`.
    public nonisolated func song(id: Int64) async throws -> Song {
        guard let song = try await songs(ids: [id]).first else { throw Self.unknown(id) }
        return song
    }

    /// The songs with these numbers.
    /// - Throws: `unknownSong` where one of them is not there.
    public nonisolated func songs(ids: [Int64]) async throws -> [Song] {
        let catalogue = try opened().catalogue
        let songs = try await readers.run { () throws(SongsError) in try catalogue.songs(ids: ids) }
        let found = Set(songs.map(\.id))
        if let missing = ids.first(where: { !found.contains($0) }) { throw Self.unknown(missing) }
        return songs
    }

    private static func unknown(_ id: Int64) -> SongsError {
        SongsError(.unknownSong, "There is no song \(id) in the catalogue. GET /songs lists those there are.")
    }

    /// Where songs can be heard, in their order. That never fails, and takes no longer than a match may.
    public nonisolated func links(for songs: [Song]) async -> [[SongLink]] {
        guard let spotify = sources.spotify else { return songs.map { SearchLinks.links(for: $0) } }
        let exact = await spotify.links(for: songs)
        return zip(songs, exact).map { SearchLinks.links(for: $0, exact: $1) }
    }

    /// What the catalogue holds, in numbers.
    public nonisolated func statistics() async throws -> CatalogueStatistics {
        let catalogue = try opened().catalogue
        return try await readers.run { () throws(SongsError) in try catalogue.statistics() }
    }

    /// Takes in a list, and imports it in the background.
    ///
    /// - Parameters:
    ///   - name: what it was called where it came from.
    ///   - receive: writes the list; it is not called where no more imports may wait.
    /// - Throws: `tooManyImports`; else what `receive` throws.
    public nonisolated func startImport(
        format: ImportFormat, name: String, receive: @Sendable (UploadedList) async throws -> Void
    ) async throws -> ImportJob {
        try await imports.start(format: format, name: name, into: opened().catalogue, receive: receive)
    }

    /// An import that was started.
    /// - Throws: `unknownImport`; the last imports only are known.
    public nonisolated func importJob(_ id: String) async throws(SongsError) -> ImportJob { try await imports.job(id) }

    private nonisolated func opened() throws(SongsError) -> (catalogue: SongCatalogue, matcher: SongMatcher) {
        switch state.withLock({ $0 }) {
        case .open(let catalogue, let matcher): return (catalogue, matcher)
        case .failed(let error): throw error
        case .opening:
            throw SongsError(.catalogueUnavailable, "The catalogue is being opened. Ask again in a moment.")
        }
    }

    private func use(_ matcher: SongMatcher, of catalogue: SongCatalogue) {
        state.withLock { $0 = .open(catalogue, matcher) }
        metrics.songs(matcher.index.count)
        logger.info("Read the songs", metadata: ["songs": .stringConvertible(matcher.index.count)])
    }

    /// Waits for work in the background.
    func settle() async {
        await loading?.value
        await update?.value
    }

    private func loadEmbeddings(for catalogue: SongCatalogue) async {
        do {
            let start = ContinuousClock.now
            guard let loaded = try await embeddingThread.load(sources, logger) else { return }
            logger.info(
                "Loaded the embedding model",
                metadata: [
                    "model": "\(loaded.name)",
                    "duration_ms": .stringConvertible((ContinuousClock.now - start).inMilliseconds),
                ])
            // A reading that began without the model ends first.
            while let update { await update.value }
            embeddings = loaded
            startUpdate(catalogue)
        } catch {
            logger.error(
                "The embedding model cannot be used; songs are found by mood and tags",
                metadata: ["error": "\(error)"])
        }
    }

    /// Reads the catalogue into memory anew where it has changed, be it through another process; answers go on from what is
    /// there.
    private func keepUp(with catalogue: SongCatalogue) {
        guard update == nil, let now = try? catalogue.revision(), now != revision else { return }
        startUpdate(catalogue)
    }

    private func startUpdate(_ catalogue: SongCatalogue) {
        update = Task {
            await readAnew(catalogue)
            update = nil
        }
    }

    /// Reads the songs, embeds those that are new, and reads them again, until none is new.
    private func readAnew(_ catalogue: SongCatalogue) async {
        do {
            var newlyEmbedded = 0
            repeat {
                let (matcher, revision) = try await catalogueThread.read(catalogue, lexicon, embeddings)
                use(matcher, of: catalogue)
                self.revision = revision
                // In parts, so that what is imported meanwhile is found soon, and so few that reading takes little of the time.
                newlyEmbedded = try await catalogueThread.embed(
                    catalogue, embeddings, most: max(2_000, matcher.index.count / 20))
                metrics.embedded(newlyEmbedded)
            } while newlyEmbedded > 0 && !Task.isCancelled
        } catch {
            logger.warning("The catalogue could not be read anew", metadata: ["error": "\(error)"])
        }
    }
}
