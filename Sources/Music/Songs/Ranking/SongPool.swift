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
