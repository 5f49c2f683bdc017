import Foundation
public import Logging
public import Moods
public import MusicServices
import Serving
public import Settings
import Songs

extension SongService.Sources {
    /// What the settings name.
    public init(_ settings: Settings, metrics: SongMetrics, logger: Logger) {
        let location = settings.songCatalogueLocation
        self.init(path: location.path)
        notice = location.notice
        spotify = SpotifyLookup(settings, metrics: metrics, logger: logger)
        lexicon = { () throws(MoodsError) in try Lexicon(settings) }
        embeddings = { progress in
            guard let source = EmbeddingModel.source(settings) else { return nil }
            let cache = URL(fileURLWithPath: settings.modelCacheDirectory)
            let folder = try source.checkpointBlocking(modelCache: cache, progress: progress)
            return try EmbeddingModel(folder: folder, cache: cache) {
                progress("Another process is compiling the embedding model; waiting for it")
            }
        }
    }
}

extension Lexicon {
    /// The words that are known, and those of MOOD_LEXICON.
    /// - Throws: ``MoodsError`` for a file that is missing, or is no lexicon.
    public init(_ settings: Settings) throws(MoodsError) {
        guard !settings.moodLexicon.isEmpty else {
            self = .builtIn
            return
        }
        self = Lexicon.builtIn.merged(with: try Lexicon(path: settings.moodLexicon))
    }
}

extension SpotifyLookup {
    /// The look-up that the settings ask for; nil where they do not.
    public init?(_ settings: Settings, metrics: SongMetrics = SongMetrics(), logger: Logger) {
        guard !settings.spotifyClientID.isEmpty, !settings.spotifyClientSecret.isEmpty else { return nil }
        self.init(
            credentials: SpotifyCredentials(
                clientID: settings.spotifyClientID, clientSecret: settings.spotifyClientSecret),
            market: settings.spotifyMarket.isEmpty ? nil : settings.spotifyMarket, logger: logger,
            report: { metrics.lookedUp($0) })
    }
}
