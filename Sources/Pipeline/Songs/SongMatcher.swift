public import Moods
public import Songs

/// Finds songs for wishes: reads the mood, and ranks the songs that were in the catalogue when it was made.
public struct SongMatcher: Sendable {
    /// The songs that can be chosen.
    public let index: SongIndex
    private let ranking: SongRanking
    private let moods: MoodReader
    private let embeddings: EmbeddingModel?

    /// Reads a catalogue into memory; blocks until all of it is read.
    ///
    /// - Parameters:
    ///   - lexicon: the words whose mood is known.
    ///   - embeddings: compares captions with the songs that it embedded; nil leaves that out.
    public init(
        catalogue: SongCatalogue, lexicon: Lexicon = .builtIn, embeddings: EmbeddingModel? = nil
    ) throws(SongsError) {
        index = try SongIndex(catalogue: catalogue, embeddingModel: embeddings?.name)
        ranking = SongRanking(index: index, catalogue: catalogue)
        moods = MoodReader(lexicon: lexicon, anchors: embeddings?.anchors)
        self.embeddings = embeddings
    }

    /// The songs that fit. Blocks for as long as the arithmetic takes.
    public func match(_ wish: SongWish) throws(SongsError) -> SongMatch {
        let request = request(wish)
        let answer = try ranking.answer(request)
        return SongMatch(mood: request.mood, songs: answer.songs, reason: answer.reason)
    }

    /// What a wish asks of the ranking: the mood that was read, and the embedding of both.
    public func request(_ wish: SongWish) -> SongRequest {
        let mood = wish.affect.map(MoodReader.requested) ?? mood(wish)
        let text = [wish.caption, wish.text].compactMap { $0 }.joined(separator: " ")
        let query = EmbeddingText.query(mood: mood, caption: text)
        return SongRequest(
            mood: mood, text: text,
            embedding: query.isEmpty || index.vectorWidth == nil ? nil : embeddings?.embedding(of: query),
            limit: wish.limit, seed: wish.seed, filters: wish.filters)
    }

    private func mood(_ wish: SongWish) -> Mood {
        let caption = wish.caption.flatMap { $0.isEmpty ? nil : $0 }
        return moods.mood(
            caption: wish.caption, palette: wish.palette,
            embedding: caption.flatMap { caption in embeddings?.embedding(of: caption) })
    }
}
