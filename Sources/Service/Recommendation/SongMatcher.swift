public import Moods
public import Songs

/// Finds songs for wishes among those that were in the catalogue when it was made.
public struct SongMatcher: Sendable {
    /// The songs that can be chosen.
    public let index: SongIndex
    private let ranking: SongRanking
    private let reader: WishReader

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
        reader = WishReader(lexicon: lexicon, embeddings: embeddings)
    }

    /// The songs that fit. Blocks for as long as the arithmetic takes.
    public func match(_ wish: SongWish) throws(SongsError) -> SongMatch {
        let request = reader.request(wish)
        let answer = try ranking.answer(request)
        return SongMatch(mood: request.mood, songs: answer.songs, reason: answer.reason)
    }
}

/// Reads from a wish what it asks of the ranking: its mood, and its embedding.
public struct WishReader: Sendable {
    private let moods: MoodReader
    private let embeddings: EmbeddingModel?

    public init(lexicon: Lexicon = .builtIn, embeddings: EmbeddingModel? = nil) {
        moods = MoodReader(lexicon: lexicon, anchors: embeddings?.anchors)
        self.embeddings = embeddings
    }

    /// Blocks for the few milliseconds that two embeddings take, where there is a model.
    public func request(_ wish: SongWish) -> SongRequest {
        let mood = wish.affect.map(MoodReader.requested) ?? mood(wish)
        let text = [wish.caption, wish.text].compactMap { $0 }.joined(separator: " ")
        let query = EmbeddingText.query(mood: mood, caption: text)
        return SongRequest(
            mood: mood, text: text, embedding: query.isEmpty ? nil : embeddings?.embedding(of: query),
            liked: wish.liked, limit: wish.limit, seed: wish.seed, filters: wish.filters)
    }

    private func mood(_ wish: SongWish) -> Mood {
        let caption = wish.caption.flatMap { $0.isEmpty ? nil : $0 }
        return moods.mood(
            caption: caption, palette: wish.palette,
            embedding: caption.flatMap { caption in embeddings?.embedding(of: caption) })
    }
}
