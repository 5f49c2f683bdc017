/// Where ranking takes its songs from: a catalogue. Every call blocks.
public protocol SongSource: Sendable {
    /// The songs with these numbers, in this order; unknown ones are left out.
    func songs(ids: [Int64]) throws(SongsError) -> [Song]

    /// All songs by ascending number, one after the other.
    func forEachSong(_ body: (Song) throws -> Void) throws(SongsError)

    /// The embeddings that a model made: the song's number, its 8-bit numbers and their scale.
    func forEachVector(model: String, _ body: (Int64, UnsafeRawBufferPointer, Float) throws -> Void) throws(SongsError)
}

extension SongIndex {
    /// Reads a catalogue; blocks until all of it is read.
    /// - Parameter embeddingModel: whose embeddings are read; nil leaves embeddings out.
    public init(
        catalogue: some SongSource, embeddingModel: String? = nil, settings: RankingSettings = .standard
    ) throws(SongsError) {
        var builder = SongIndexBuilder(settings: settings)
        try catalogue.forEachSong { builder.add($0) }
        if let embeddingModel {
            try catalogue.forEachVector(model: embeddingModel) { builder.addVector(id: $0, values: $1, scale: $2) }
        }
        self = builder.index()
    }
}

extension SongRanking {
    /// Ranks by an index of a catalogue, whose songs it looks up there.
    public init(index: SongIndex, catalogue: some SongSource, settings: RankingSettings = .standard) {
        self.init(index: index, settings: settings) { ids throws(SongsError) in try catalogue.songs(ids: ids) }
    }
}

extension SongCatalogue: SongSource {}
