/// What a song must be to be among the answers. Filters are absolute: a song of which the filtered thing is unknown is out,
/// but for `explicit`, where only songs that are known to be explicit are out.
public struct SongFilters: Sendable, Hashable {
    /// With false, explicit songs are out.
    public var allowsExplicit = true
    public var years: ClosedRange<Int>?
    /// Beats a minute.
    public var tempo: ClosedRange<Double>?
    /// At least one of these must be among the song's genres, in lower case; empty asks nothing.
    public var genres: Set<String> = []
    /// Songs that must not come.
    public var excluded: Set<Int64> = []

    public init() {}
}

/// The songs that pass the filters.
struct SongPool {
    /// Beside the index's songs.
    private(set) var isIn: [Bool]

    init(_ index: SongIndex, _ filters: SongFilters) {
        isIn = [Bool](repeating: true, count: index.count)
        if !filters.genres.isEmpty { keep(index, genres: filters.genres) }
        if !filters.allowsExplicit {
            for song in 0..<index.count where index.isExplicit[song] { isIn[song] = false }
        }
        if let years = filters.years {
            for song in 0..<index.count {
                let year = index.years[song]
                if year == SongIndex.unknownYear || !years.contains(Int(year)) { isIn[song] = false }
            }
        }
        if let tempo = filters.tempo {
            // An unknown tempo, which is no number, is in no range.
            for song in 0..<index.count where !tempo.contains(Double(index.tempos[song])) { isIn[song] = false }
        }
        for id in filters.excluded {
            if let song = index.ids.place(ofAscending: id) { isIn[song] = false }
        }
    }

    private mutating func keep(_ index: SongIndex, genres: Set<String>) {
        isIn = [Bool](repeating: false, count: index.count)
        for genre in genres {
            guard let number = index.genres[GenreName.plain(genre)] else { continue }
            for song in index.genreSongs[Int(number)] { isIn[Int(song)] = true }
        }
    }
}
