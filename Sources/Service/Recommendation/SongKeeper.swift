import Logging
import Moods
import Songs

/// Does what takes long with a catalogue, on a thread of its own.
actor SongKeeper {
    private let executor = BlockingExecutor(label: "image-to-song.songs.keeper")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func read(
        _ catalogue: SongCatalogue, _ lexicon: Lexicon, _ embeddings: EmbeddingModel?
    ) throws(SongsError) -> (SongMatcher, revision: Int64) {
        // Before the songs: a change in between is then read once more.
        let revision = try catalogue.revision()
        return (try SongMatcher(catalogue: catalogue, lexicon: lexicon, embeddings: embeddings), revision)
    }

    func embed(_ catalogue: SongCatalogue, _ embeddings: EmbeddingModel?, most: Int) throws -> Int {
        try embeddings?.embedNewSongs(of: catalogue, most: most) ?? 0
    }
}

/// Loads embedding models on a thread of its own, for as long as that takes.
actor EmbeddingLoader {
    private let executor = BlockingExecutor(label: "image-to-song.songs.embeddings")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func load(_ sources: SongService.Sources, _ logger: Logger) throws -> EmbeddingModel? {
        try sources.embeddings { logger.info("\($0)") }
    }
}
