/// The best few songs of each artist: only these can be among the answers.
struct ArtistShare {
    private let order: SongOrder
    private let artists: [UInt32]
    private let most: Int
    /// [artists, most], the best first; -1 where an artist has fewer.
    private var best: [Int32]

    init(_ index: SongIndex, _ order: SongOrder, most: Int) {
        self.order = order
        self.most = most
        artists = index.artists
        best = [Int32](repeating: -1, count: (index.artistCount + 1) * most)
    }

    mutating func add(_ song: Int) {
        guard artists[song] != 0 else { return }
        var newcomer = Int32(song)
        let first = Int(artists[song]) * most
        for place in first..<(first + most) {
            if best[place] < 0 {
                best[place] = newcomer
                return
            }
            if order.precedes(Int(newcomer), Int(best[place])) { swap(&newcomer, &best[place]) }
        }
    }

    /// Whether a song is one of its artist's best, or of nobody in particular.
    func holds(_ song: Int) -> Bool {
        guard artists[song] != 0 else { return true }
        let first = Int(artists[song]) * most
        return best[first..<(first + most)].contains(Int32(song))
    }
}
