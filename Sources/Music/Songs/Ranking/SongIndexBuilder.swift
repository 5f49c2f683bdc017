internal import Moods

/// Takes songs one by one and makes an index of them.
public struct SongIndexBuilder {
    private let settings: RankingSettings
    private var ids: [Int64] = []
    private var affects: [IndexedAffect] = []
    private var isExplicit: [Bool] = []
    private var years: [Int16] = []
    private var tempos: [Float] = []
    private var artists: [UInt32] = []
    private var artistNumbers: [String: UInt32] = [:]
    /// The numbers of artists as songs spell them.
    private var numbersOfSpellings: [String: UInt32] = [:]
    private var words = Postings()
    private var frequencies: [Float] = []
    private var vocabulary: [String: UInt32] = [:]
    /// The words of tags that came before: few tags are on many songs.
    private var wordsOfTags: [String: [UInt32]] = [:]
    private var genres: [String: UInt32] = [:]
    private var genresOfSongs = Postings()
    private var vectors: VectorTable?

    public init(settings: RankingSettings = .standard) {
        self.settings = settings
    }

    /// Adds a song.
    /// - Parameter song: with an id above those of all songs before; one that is not is left out.
    public mutating func add(_ song: Song) {
        guard ids.last.map({ $0 < song.id }) ?? true else { return }
        ids.append(song.id)
        affects.append(IndexedAffect(song.affect ?? AffectEstimate.affect(of: song)))
        isExplicit.append(song.isExplicit == true)
        years.append(song.year.flatMap(Int16.init(exactly:)) ?? SongIndex.unknownYear)
        tempos.append(song.features.tempo.map(Float.init) ?? .nan)
        artists.append(number(ofArtist: song.artist))
        addTags(song.tags)
    }

    private mutating func number(ofArtist artist: String) -> UInt32 {
        if let known = numbersOfSpellings[artist] { return known }
        // 0 is nobody's.
        let number = ArtistName.main(of: artist).map { Self.number(of: $0, in: &artistNumbers) + 1 } ?? 0
        numbersOfSpellings[artist] = number
        return number
    }

    private mutating func addTags(_ tags: [SongTag]) {
        var found: [(word: UInt32, frequency: Float)] = []
        var genresOfSong: Set<UInt32> = []
        for tag in tags where tag.weight > 0 {
            for word in numbers(ofWordsIn: tag.name) { found.append((word, Float(tag.weight))) }
            if tag.kind == .genre { genresOfSong.insert(Self.number(of: GenreName.plain(tag.name), in: &genres)) }
        }
        found.sort { $0.word < $1.word }
        var wordsOfSong: [UInt32] = []
        for (word, frequency) in found {
            if word == wordsOfSong.last {
                frequencies[frequencies.count - 1] += frequency
            } else {
                wordsOfSong.append(word)
                frequencies.append(frequency)
            }
        }
        words.append(wordsOfSong)
        genresOfSongs.append(genresOfSong.sorted())
    }

    private mutating func numbers(ofWordsIn tag: String) -> [UInt32] {
        if let known = wordsOfTags[tag] { return known }
        var numbers: [UInt32] = []
        for stem in English.stems(of: tag) {
            let number = Self.number(of: stem, in: &vocabulary)
            if !numbers.contains(number) { numbers.append(number) }
        }
        wordsOfTags[tag] = numbers
        return numbers
    }

    private static func number(of name: String, in numbers: inout [String: UInt32]) -> UInt32 {
        if let known = numbers[name] { return known }
        let number = UInt32(numbers.count)
        numbers[name] = number
        return number
    }

    /// Adds the embedding of a song that was added before; after all songs.
    /// - Parameters:
    ///   - values: as many bytes as the first one had; others are left out, as is the vector of an unknown song.
    ///   - scale: above 0.
    public mutating func addVector(id: Int64, values: UnsafeRawBufferPointer, scale: Float) {
        guard let place = ids.place(ofAscending: id), scale > 0, scale.isFinite,
            (1...VectorTable.mostWidth).contains(values.count)
        else { return }
        if vectors == nil { vectors = VectorTable(width: values.count, count: ids.count) }
        guard let width = vectors?.width, width == values.count, vectors?.scales.count == ids.count else { return }
        vectors?.scales[place] = scale
        vectors?.values.withUnsafeMutableBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: bytes[(place * width)..<((place + 1) * width)]).copyMemory(
                from: values)
        }
    }

    /// The index of what was added.
    public func index() -> SongIndex {
        SongIndex(
            ids: ids, affects: affects, isExplicit: isExplicit, years: years, tempos: tempos, artists: artists,
            artistCount: artistNumbers.count,
            tags: TagIndex(vocabulary: vocabulary, words: words, frequencies: frequencies, settings: settings),
            genres: genres, genreSongs: genresOfSongs.turned(count: genres.count).lists, vectors: vectors)
    }
}

/// How the index tells artists apart.
enum ArtistName {
    /// The first of several, in lower case; nil for what is nobody in particular: nothing, "Traditional", "Anonymous", "Various Artists".
    static func main(of artist: String) -> String? {
        let first = artist.prefix { $0 != "," && $0 != ";" }
        let words = English.words(of: String(first))
        guard let word = words.first, !nobody.contains(word) else { return nil }
        return words.joined(separator: " ")
    }

    private static let nobody: Set<String> = ["traditional", "trad", "anonymous", "anon", "unknown", "various"]
}

/// How genres are compared: "Hip-Hop" is "hip hop".
enum GenreName {
    static func plain(_ name: String) -> String {
        name.lowercased().split { $0 == " " || $0 == "-" || $0 == "_" }.joined(separator: " ")
    }
}
