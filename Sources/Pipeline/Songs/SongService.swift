public import Logging
public import Moods
public import MusicServices
public import Songs

/// The songs of this server: finds those that fit, takes in new ones, and never stands in the way of captions.
///
/// Blocking work is done on this actor's own thread; imports, and reading the catalogue into memory, on others, so that
/// matches go on meanwhile with the songs that were there before.
public actor SongService {
    private enum State {
        case opening
        case open(SongCatalogue, SongIndex)
        case failed(SongsError)
    }

    private let executor = BlockingExecutor(label: "image-to-song.songs")
    private let path: String
    private let moods: MoodReader
    private let logger: Logger
    private let imports: SongImports
    private let spotify: SpotifyLookup?
    private var state = State.opening
    private var revision: Int64 = -1
    private var reading: Task<Void, Never>?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes the service; nothing is opened before ``open()``.
    ///
    /// - Parameters:
    ///   - path: the catalogue's file.
    ///   - lexicon: the words whose mood is known.
    ///   - spotify: looks up exact tracks; nil leaves songs with addresses to search for them.
    public init(path: String, lexicon: Lexicon = .builtIn, spotify: SpotifyLookup? = nil, logger: Logger) {
        self.path = path
        self.logger = logger
        self.spotify = spotify
        moods = MoodReader(lexicon: lexicon)
        imports = SongImports(logger: logger)
    }

    /// Opens the catalogue, and reads it into memory. Where that fails, every call says why.
    public func open() {
        guard case .opening = state else { return }
        do throws(SongsError) {
            let catalogue = try SongCatalogue(path: path)
            revision = try catalogue.revision()
            let index = try SongIndex(catalogue: catalogue)
            state = .open(catalogue, index)
            logger.info("Opened the songs", metadata: ["songs": .stringConvertible(index.count), "path": "\(path)"])
        } catch {
            state = .failed(error)
            logger.error("The songs cannot be had", metadata: ["error": "\(error)"])
        }
    }

    /// Ends imports, whose songs are then not there, and waits for them.
    public func close() async {
        reading?.cancel()
        await imports.close()
        await spotify?.shutdown()
    }

    /// How many songs can be chosen from; nil where there is no catalogue.
    public var songCount: Int? {
        if case .open(_, let index) = state { index.count } else { nil }
    }

    /// The mood of a picture's colours alone.
    public nonisolated func mood(of palette: [ColourMood.Area]) -> Mood { moods.mood(caption: nil, palette: palette) }

    /// The songs that fit.
    public func match(_ wish: SongWish) throws(SongsError) -> SongMatch {
        let (catalogue, index) = try opened()
        refresh(catalogue)
        let mood =
            if let affect = wish.affect { MoodReader.requested(affect) } else {
                moods.mood(caption: wish.caption, palette: wish.palette)
            }
        let request = SongRequest(
            mood: mood, text: [wish.caption, wish.text].compactMap { $0 }.joined(separator: " "), limit: wish.limit,
            seed: wish.seed, filters: wish.filters)
        let answer = try SongRanking(index: index, catalogue: catalogue).answer(request)
        return SongMatch(mood: mood, songs: answer.songs, reason: answer.reason)
    }

    /// Songs by words; see ``SongCatalogue``.
    public func search(_ query: String, limit: Int, offset: Int) throws(SongsError) -> SongPage {
        try opened().catalogue.search(query, limit: limit, offset: offset)
    }

    /// The song with a number.
    /// - Throws: `unknownSong`.
    public func song(id: Int64) throws(SongsError) -> Song {
        guard let song = try opened().catalogue.song(id: id) else {
            throw SongsError(.unknownSong, "There is no song \(id) in the catalogue. GET /songs lists those there are.")
        }
        return song
    }

    /// The songs with these numbers.
    /// - Throws: `unknownSong` where one of them is not there.
    public func songs(ids: [Int64]) throws(SongsError) -> [Song] {
        let songs = try opened().catalogue.songs(ids: ids)
        if songs.count < ids.count, let missing = ids.first(where: { id in !songs.contains { $0.id == id } }) {
            throw SongsError(
                .unknownSong, "There is no song \(missing) in the catalogue. GET /songs lists those there are.")
        }
        return songs
    }

    /// Where songs can be heard, in their order. That never fails, and takes no longer than a match may.
    public nonisolated func links(for songs: [Song]) async -> [[SongLink]] {
        guard let spotify else { return songs.map { SearchLinks.links(for: $0) } }
        let exact = await spotify.links(for: songs)
        return zip(songs, exact).map { SearchLinks.links(for: $0, exact: $1) }
    }

    /// What the catalogue holds, in numbers.
    public func statistics() throws(SongsError) -> CatalogueStatistics { try opened().catalogue.statistics() }

    /// Imports a file in the background, and removes it afterwards.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - name: what it was called where it came from.
    /// - Throws: `tooManyImports`.
    public func startImport(path: String, format: ImportFormat?, name: String) async throws(SongsError) -> ImportJob {
        let (catalogue, _) = try opened()
        return try await imports.start(path: path, format: format, name: name, into: catalogue)
    }

    /// An import that was started.
    /// - Throws: `unknownImport`; an import is remembered for as long as few came after it.
    public func importJob(_ id: String) async throws(SongsError) -> ImportJob { try await imports.job(id) }

    private func opened() throws(SongsError) -> (catalogue: SongCatalogue, index: SongIndex) {
        switch state {
        case .open(let catalogue, let index): return (catalogue, index)
        case .failed(let error): throw error
        case .opening:
            throw SongsError(.catalogueUnavailable, "The catalogue is being opened. Ask again in a moment.")
        }
    }

    /// Reads the catalogue into memory anew where it has changed, be it through another process; answers go on from what is
    /// there.
    private func refresh(_ catalogue: SongCatalogue) {
        guard reading == nil, let now = try? catalogue.revision(), now != revision else { return }
        reading = Task { [logger] in
            let reader = IndexReader()
            do {
                let (index, revision) = try await reader.read(catalogue)
                replace(index, of: catalogue, revision: revision)
            } catch {
                logger.warning("The catalogue could not be read anew", metadata: ["error": "\(error)"])
            }
            reading = nil
        }
    }

    private func replace(_ index: SongIndex, of catalogue: SongCatalogue, revision: Int64) {
        state = .open(catalogue, index)
        self.revision = revision
        logger.info("Read the songs anew", metadata: ["songs": .stringConvertible(index.count)])
    }
}

/// Reads catalogues into memory on a thread of its own.
private actor IndexReader {
    private let executor = BlockingExecutor(label: "image-to-song.songs.index")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func read(_ catalogue: SongCatalogue) throws(SongsError) -> (SongIndex, revision: Int64) {
        // Before the songs: a change in between is then read once more.
        let revision = try catalogue.revision()
        return (try SongIndex(catalogue: catalogue), revision)
    }
}

extension SpotifyLookup {
    /// The look-up that the settings ask for; nil where they do not.
    public init?(_ settings: Settings, logger: Logger) {
        guard !settings.spotifyClientID.isEmpty, !settings.spotifyClientSecret.isEmpty else { return nil }
        self.init(
            credentials: SpotifyCredentials(
                clientID: settings.spotifyClientID, clientSecret: settings.spotifyClientSecret),
            market: settings.spotifyMarket.isEmpty ? nil : settings.spotifyMarket, logger: logger)
    }
}
