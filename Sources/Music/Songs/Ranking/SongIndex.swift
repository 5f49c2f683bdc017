internal import Moods

/// All that ranking needs of a catalogue, compact and in memory: about 150 bytes a song with six tags, and its embedding's width where it has one.
///
/// It is a value that never changes: who ranks with one is not disturbed by an import, and makes a new one after it.
public struct SongIndex: Sendable {
    /// Ascending.
    let ids: [Int64]
    /// Beside `ids`, as all that follows.
    let affects: [IndexedAffect]
    let isExplicit: [Bool]
    /// `unknownYear` where it is unknown.
    let years: [Int16]
    /// NaN where it is unknown.
    let tempos: [Float]
    /// Numbers of artists; 0 is none in particular.
    let artists: [UInt32]
    let artistCount: Int
    let tags: TagIndex
    /// Numbers of genres by their names, and for each the songs that are of it.
    let genres: [String: UInt32]
    let genreSongs: Postings
    let vectors: VectorTable?

    static let unknownYear = Int16.min

    /// How many songs there are.
    public var count: Int { ids.count }

    /// The numbers of an embedding; nil where no song has one.
    public var vectorWidth: Int? { vectors?.width }
}

extension SongIndex {
    /// Makes an index of songs at hand.
    /// - Parameter songs: each with an id of its own; in any order.
    public init(songs: some Sequence<Song>, settings: RankingSettings = .standard) {
        var builder = SongIndexBuilder(settings: settings)
        for song in songs.sorted(by: { $0.id < $1.id }) { builder.add(song) }
        self = builder.index()
    }
}

extension [Int64] {
    /// Where a number stands among ascending ones; nil for one that is not there.
    func place(ofAscending id: Int64) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == id ? low : nil
    }
}

/// A place in the plane, and how sure it is; confidence 0 where nothing is known.
struct IndexedAffect: Sendable {
    var valence: Float
    var arousal: Float
    var confidence: Float

    init(_ affect: SongAffect?) {
        valence = Float(affect?.affect.valence ?? 0)
        arousal = Float(affect?.affect.arousal ?? 0)
        confidence = Float(min(max(affect?.confidence ?? 0, 0), 1))
    }

    func squaredDistance(valence: Float, arousal: Float) -> Float {
        let (dv, da) = (self.valence - valence, self.arousal - arousal)
        return dv * dv + da * da
    }
}

extension SongIndex {
    /// The songs that fit a request best, the highest score first.
    ///
    /// Filters come first and are absolute. Of each artist the best few are kept, of these the best eight for each song that is wanted, and
    /// from these the songs are chosen that fit and differ. The same index, request and settings give the same answer in every
    /// process. Blocks for the time of the arithmetic, on the thread that calls; in a task that is cancelled it ends early, without
    /// songs.
    public func rank(_ request: SongRequest, settings: RankingSettings = .standard) -> [RankedID] {
        guard request.limit > 0, count > 0 else { return [] }
        let pool = SongPool(self, request.filters)
        let worth = SongScores(self, pool, request, settings)
        guard !Task.isCancelled else { return [] }
        var scores = [Float](repeating: 0, count: count)
        for song in 0..<count where pool.isIn[song] { scores[song] = worth.score(song) }
        guard !Task.isCancelled else { return [] }
        let order = SongOrder(ids: ids, scores: scores, seed: request.seed)
        var share = ArtistShare(self, order, most: max(settings.songsOfAnArtist, 1))
        for song in 0..<count where pool.isIn[song] { share.add(song) }
        var first = FirstSongs(order, capacity: max(64, 8 * request.limit))
        for song in 0..<count where pool.isIn[song] && share.holds(song) { first.add(song) }
        guard !Task.isCancelled else { return [] }
        return SongDiversity(self, first.sorted, settings)
            .choose(request.limit, scores: scores)
            .sorted(by: order.precedes)
            .map { RankedID(id: ids[$0], score: Double(scores[$0]), components: worth.components($0)) }
    }
}
