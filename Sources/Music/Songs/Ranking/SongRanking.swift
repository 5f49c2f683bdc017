/// Ranks the songs of a catalogue and says why each was chosen.
public struct SongRanking: Sendable {
    private let index: SongIndex
    private let songs: @Sendable ([Int64]) throws(SongsError) -> [Song]
    private let settings: RankingSettings

    /// - Parameters:
    ///   - index: of the songs that can be chosen.
    ///   - songs: finds songs by their numbers, in that order; those that are gone are left out.
    public init(
        index: SongIndex, settings: RankingSettings = .standard,
        songs: @escaping @Sendable ([Int64]) throws(SongsError) -> [Song]
    ) {
        self.index = index
        self.songs = songs
        self.settings = settings
    }

    /// The songs that fit best, the highest score first; where there are none, why. Blocks.
    public func answer(_ request: SongRequest) throws(SongsError) -> SongAnswer {
        let ranked = index.rank(request, settings: settings)
        guard !ranked.isEmpty else { return SongAnswer(songs: [], reason: absence(request)) }
        let found = Dictionary(try songs(ranked.map(\.id)).map { ($0.id, $0) }) { first, _ in first }
        let chosen = ranked.compactMap { ranked in
            found[ranked.id].map { song in
                RankedSong(
                    song: song, score: ranked.score, components: ranked.components,
                    reason: SongReason(song, ranked.components, request).sentence)
            }
        }
        return SongAnswer(
            songs: chosen,
            reason: chosen.isEmpty ? "The songs that were chosen have just been removed; ask again." : nil)
    }

    private func absence(_ request: SongRequest) -> String {
        if index.count == 0 { return "The catalogue holds no songs; import some first." }
        let wishes = request.filters.words
        guard request.limit > 0, !wishes.isEmpty else { return "No songs were asked for; ask for at least one." }
        let subject =
            index.count == 1
            ? "The only song of the catalogue does not pass" : "None of the \(index.count) songs passes"
        return "\(subject) the filters (\(wishes.joined(separator: ", "))); widen them."
    }
}

/// What ranking answers.
public struct SongAnswer: Sendable {
    /// The highest score first.
    public let songs: [RankedSong]
    /// Why there are none, a sentence; nil where there are some.
    public let reason: String?

    public init(songs: [RankedSong], reason: String?) {
        self.songs = songs
        self.reason = reason
    }
}

extension SongFilters {
    /// What is asked for, in words, in the order of the properties.
    var words: [String] {
        var words: [String] = []
        if !allowsExplicit { words.append("nothing explicit") }
        if let years { words.append("years \(years.lowerBound) to \(years.upperBound)") }
        if let tempo { words.append("\(tempo.lowerBound.plain) to \(tempo.upperBound.plain) beats a minute") }
        if !genres.isEmpty { words.append("genre \(genres.sorted().joined(separator: " or "))") }
        if !excluded.isEmpty {
            words.append(excluded.count == 1 ? "1 song excluded" : "\(excluded.count) songs excluded")
        }
        return words
    }
}

extension Double {
    /// Without ".0" where it is whole.
    fileprivate var plain: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
