import Colour
import Moods
import Randomness
import Recommendation
import Serving
import Songs

/// Songs that nobody wrote, as many as are wanted, the same each time: what large catalogues are measured with.
///
/// Each has two genres, two moods, one or two themes, a year, a tempo, and an affect that fits no tag; eight songs share an artist.
struct SyntheticSongs: Sequence {
    let count: Int

    func makeIterator() -> AnyIterator<Song> {
        var id: Int64 = 0
        return AnyIterator {
            guard id < Int64(count) else { return nil }
            id += 1
            return Self.song(id, artists: Swift.max(count / 8, 1))
        }
    }

    private static func song(_ id: Int64, artists: Int) -> Song {
        var random = SplitMix64(seed: UInt64(bitPattern: id))
        let words = [moods, themes].map { $0.randomElement(using: &random) ?? "" }
        var song = Song(
            title: "\(words[0]) \(words[1]) \(id)", artist: "Artist \(Int.random(in: 0..<artists, using: &random))",
            source: "csv")
        song.id = id
        song.album = "Album \(id / 10)"
        song.year = .random(in: 1950...2025, using: &random)
        song.isExplicit = Int.random(in: 0..<10, using: &random) == 0
        song.durationMilliseconds = .random(in: 120_000...360_000, using: &random)
        song.tags = [(genres, SongTag.Kind.genre, 2), (moods, .mood, 2), (themes, .theme, Int(id % 2) + 1)]
            .flatMap { names, kind, count in
                names.shuffled(using: &random).prefix(count).map { SongTag($0, kind) }
            }
        song.features.tempo = .random(in: 60...180, using: &random)
        song.affect = SongAffect(
            Affect(valence: .random(in: -1...1, using: &random), arousal: .random(in: -1...1, using: &random)),
            confidence: 1, method: .stated)
        return song
    }

    /// A query that is another one for each number.
    static func request(_ number: Int, embedding width: Int?) -> SongRequest {
        var random = SplitMix64(seed: 1_000_000_007 &* UInt64(number + 1))
        let affect = Affect(valence: .random(in: -1...1, using: &random), arousal: .random(in: -1...1, using: &random))
        return SongRequest(
            mood: Mood(affect: affect, confidence: 0.8, contributions: []), text: caption(&random),
            embedding: width.map { unitVector($0, &random) }, seed: UInt64(number))
    }

    /// The same as a caption and a colour.
    static func query(_ number: Int) -> SongQuery {
        var random = SplitMix64(seed: 1_000_000_007 &* UInt64(number + 1))
        var query = SongQuery()
        query.caption = caption(&random)
        query.palette = [ColourMood.Area(colour: LabColour(RGBColour(red: 90, green: 120, blue: 160)), share: 1)]
        query.seed = UInt64(number)
        return query
    }

    private static func caption(_ random: inout SplitMix64) -> String {
        let words = (0..<3).map { _ in themes.randomElement(using: &random) ?? "" }
        return "a \(words[0]) in the \(words[1]) near a \(words[2])"
    }

    /// Makes a vector for each song: random directions, whose cosines with anything are as good as independent.
    static func forEachVector(
        width: Int, count: Int, _ body: (Int64, [Int8], _ scale: Float) throws -> Void
    ) rethrows {
        var random = SplitMix64(seed: 42)
        var values = [Int8](repeating: 0, count: width)
        for id in 1...Int64(count) {
            var squares: Float = 0
            var bits: UInt64 = 0
            for place in values.indices {
                if place % 8 == 0 { bits = random.next() }
                values[place] = Swift.max(-127, Int8(truncatingIfNeeded: bits))
                bits >>= 8
                squares += Float(values[place]) * Float(values[place])
            }
            try body(id, values, 1 / squares.squareRoot())
        }
    }

    /// Gives each song of a catalogue such a vector.
    static func storeVectors(width: Int, model: String, count: Int, in catalogue: SongCatalogue) throws {
        var vectors: [SongVector] = []
        try forEachVector(width: width, count: count) { id, values, scale in
            vectors.append(SongVector(id: id, values: values, scale: scale))
            guard vectors.count == 10_000 || id == Int64(count) else { return }
            try catalogue.storeVectors(model: model, vectors)
            vectors.removeAll(keepingCapacity: true)
        }
    }

    private static func unitVector(_ width: Int, _ random: inout SplitMix64) -> [Float] {
        let vector = (0..<width).map { _ in Float.random(in: -1...1, using: &random) }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }

    static let genres = words(
        """
        pop rock jazz blues folk soul funk disco house techno trance ambient classical baroque opera ragtime swing bebop country \
        bluegrass reggae ska dub salsa samba tango flamenco fado metal punk grunge shoegaze gospel hymn march waltz polka
        """)
    static let moods = words(
        """
        joyful cheerful playful humorous excited triumphant festive energetic driving restless tense dramatic ominous fierce stormy \
        wild dark gloomy solemn mournful sad melancholic nostalgic wistful longing tender intimate romantic dreamy mysterious \
        eerie still sleepy meditative peaceful calm serene pastoral warm content graceful noble majestic heroic hopeful bright
        """)
    static let themes = words(
        """
        rain night sea forest city winter summer spring autumn love dance river mountain train horse bird dog moon sun star snow storm \
        wind fire garden flower home child friend road war church market street bridge boat beach field morning evening dream \
        wedding farewell journey work play food wine school game island lake desert village harbour castle clock window door
        """)

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
