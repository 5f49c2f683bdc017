public import Moods
public import Songs

/// Finds songs for queries among those that were in the catalogue when it was made.
public struct SongMatcher: Sendable {
    /// The songs that can be chosen.
    public let index: SongIndex
    private let ranking: SongRanking
    private let reader: QueryReader

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
        reader = QueryReader(lexicon: lexicon, embeddings: embeddings)
    }

    /// The songs that fit. Blocks for as long as the arithmetic takes.
    public func match(_ query: SongQuery) throws(SongsError) -> SongRecommendation {
        let request = reader.request(query)
        let answer = try ranking.answer(request)
        return SongRecommendation(
            caption: query.caption, mood: request.mood, songs: answer.songs, reason: answer.reason)
    }
}

/// Reads from a query what it asks of the ranking: its mood, and its embedding.
public struct QueryReader: Sendable {
    private let moods: MoodReader
    private let embeddings: EmbeddingModel?

    public init(lexicon: Lexicon = .builtIn, embeddings: EmbeddingModel? = nil) {
        moods = MoodReader(lexicon: lexicon, anchors: embeddings?.anchors)
        self.embeddings = embeddings
    }

    /// Blocks for the few milliseconds that two embeddings take, where there is a model.
    public func request(_ query: SongQuery) -> SongRequest {
        let mood = query.affect.map(MoodReader.requested) ?? mood(query)
        let text = [query.caption, query.text].compactMap { $0 }.joined(separator: " ")
        let sentence = EmbeddingText.query(mood: mood, caption: text)
        return SongRequest(
            mood: mood, text: text, embedding: sentence.isEmpty ? nil : embeddings?.embedding(of: sentence),
            liked: query.liked, limit: query.limit, seed: query.seed, filters: query.filters)
    }

    private func mood(_ query: SongQuery) -> Mood {
        let caption = query.caption.flatMap { $0.isEmpty ? nil : $0 }
        return moods.mood(
            caption: caption, palette: query.palette,
            embedding: caption.flatMap { caption in embeddings?.embedding(of: caption) })
    }
}
