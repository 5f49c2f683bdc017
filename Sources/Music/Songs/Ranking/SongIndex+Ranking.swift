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
