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
        let words = request.filters.words
        guard request.limit > 0, !words.isEmpty else { return "No songs were asked for; ask for at least one." }
        let subject =
            index.count == 1
            ? "The only song of the catalogue does not pass" : "None of the \(index.count) songs passes"
        return "\(subject) the filters (\(words.joined(separator: ", "))); widen them."
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

/// A song that was chosen, by its number.
public struct RankedID: Sendable, Hashable {
    public let id: Int64
    /// 0 to 1.
    public let score: Double
    public let components: ScoreComponents
}

/// What ranking weighs, and how. `bench songs --quality` says what a change does.
public struct RankingSettings: Sendable, Hashable {
    /// The weights of the components; one of 0 is left out.
    public var moodWeight = 0.4
    public var embeddingWeight = 0.3
    public var tagWeight = 0.2
    public var tasteWeight = 0.1
    /// How near in the valence–arousal plane is near: the standard deviation of the bell that distances are read by.
    public var spread = 0.35
    /// What a song of unknown affect is taken to fit: the mean of the bell over the plane, 2π · .35² / 4, as if it lay anywhere.
    public var prior = 0.19
    /// What a song's own score counts against its likeness to those that were chosen already; 1 ignores likeness.
    public var relevance = 0.7
    /// How low the score of a song may be that comes for being different: a share of the score of the last one that would come without.
    public var leastShare = 0.85
    /// How many songs one artist may have among the answers.
    public var songsOfAnArtist = 2
    /// BM25's saturation of a word that comes again, and how much a song with many tags is held back (Robertson & Zaragoza 2009).
    public var saturation = 1.2
    public var lengthNormalization = 0.4
    /// What all words of the mood's neighbourhood count together, where a word of the caption counts 1.
    public var moodWordWeight = 2.0
    /// What a theme counts that a word of the caption only implies, as an umbrella does rain.
    public var impliedThemeWeight = 0.6

    public init() {}

    public static let standard = RankingSettings()
}
