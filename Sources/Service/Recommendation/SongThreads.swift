import Concurrency
import Logging
import Moods
import Songs

/// Reads a catalogue into memory, and embeds its songs, on a thread of its own.
actor CatalogueThread {
    private let executor = BlockingExecutor(label: "image-to-song.songs.catalogue")
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
actor EmbeddingThread {
    private let executor = BlockingExecutor(label: "image-to-song.songs.embeddings")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func load(_ sources: SongService.Sources, _ logger: Logger) throws -> EmbeddingModel? {
        try sources.embeddings { logger.info("\($0)") }
    }
}
