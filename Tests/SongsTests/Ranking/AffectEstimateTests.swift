import CSongFiles
import Moods
import Testing

@testable import Songs

@Suite("Mood estimates of songs")
struct AffectEstimateTests {
    private func estimate(_ change: (inout Song) -> Void) -> SongAffect? {
        var song = Song(title: "x", source: "csv")
        change(&song)
        return AffectEstimate.affect(of: song)
    }

    @Test("A song without known features has no estimate")
    func knowsNothing() {
        #expect(estimate { _ in } == nil)
        #expect(
            estimate { $0.tags = [SongTag("blorp", .mood), SongTag("zzz", .genre), SongTag("sad", .theme)] } == nil)
        #expect(estimate { $0.features.tempoMarking = "opus" } == nil)
    }

    @Test("Keeps a stated mood")
    func keepsStated() {
        let stated = SongAffect(Affect(valence: -0.9, arousal: 0.1), confidence: 1, method: .stated)
        let found = estimate {
            $0.affect = stated
            $0.tags = [SongTag("joyful", .mood)]
            ($0.features.valence, $0.features.energy) = (0.9, 0.9)
        }
        #expect(found == stated)
    }

    @Test("Replaces an older estimate")
    func renews() {
        let old = SongAffect(Affect(valence: -0.9, arousal: 0.1), confidence: 0.9, method: .tags)
        let found = estimate {
            $0.affect = old
            $0.tags = [SongTag("joyful", .mood)]
        }
        #expect((found?.affect.valence ?? 0) > 0.5)
    }

    @Test("Prefers measured valence and energy to tags; tempo and loudness add a little")
    func measures() throws {
        let plain = try #require(
            estimate {
                ($0.features.valence, $0.features.energy) = (0.75, 0.25)
                $0.tags = [SongTag("sad", .mood)]
            })
        #expect(plain.method == .features)
        #expect(abs(plain.affect.valence - 0.5) < 1e-9)
        #expect(abs(plain.affect.arousal + 0.5) < 1e-9)
        let fast = try #require(
            estimate {
                ($0.features.valence, $0.features.energy) = (0.75, 0.25)
                ($0.features.tempo, $0.features.loudness) = (180, -5)
            })
        #expect(abs(fast.affect.arousal - (0.8 * -0.5 + 0.1 * 1 + 0.1 * 0.5)) < 1e-9)
    }

    @Test("Energy alone leaves the valence neutral")
    func measuresPart() throws {
        let found = try #require(estimate { $0.features.energy = 1 })
        #expect(found.affect == Affect(valence: 0, arousal: 1))
        #expect(found.confidence < 0.5)
        #expect(found.method == .features)
    }

    @Test("Agreeing mood tags raise the confidence, contradicting ones lower it, a genre alone gives little")
    func weighsTags() throws {
        func confidence(_ moods: [String], genres: [String] = []) throws -> Double {
            try #require(
                estimate { $0.tags = moods.map { SongTag($0, .mood) } + genres.map { SongTag($0, .genre) } }
            ).confidence
        }
        let one = try confidence(["calm"])
        #expect(try confidence(["calm", "peaceful"]) > one)
        #expect(try confidence(["calm", "fierce"]) < one)
        #expect(try confidence(["calm"], genres: ["jazz"]) > one)
        #expect(try confidence([], genres: ["jazz"]) < 0.4)
        #expect(try confidence([], genres: ["jazz", "swing", "bebop"]) < 0.4)
    }

    @Test(
        "Finds a genre by its whole name, otherwise by its last words",
        arguments: [
            ("swedish indie pop", "indie pop"), ("hip-hop", "hip hop"), ("lo-fi", "lo fi"),
            ("atmospheric black metal", "black metal"),
        ])
    func findsGenres(name: String, kind: String) {
        #expect(GenreWord.affect(of: name) != nil)
        #expect(GenreWord.affect(of: name) == GenreWord.table.affect(of: kind))
    }

    @Test("Does not find genres within words")
    func keepsWords() {
        #expect(GenreWord.affect(of: "popcorn") == nil)
        #expect(GenreWord.affect(of: "krautrock") == nil)
    }

    @Test("Minor is sadder than major, presto faster than adagio")
    func readsScores() throws {
        func found(_ isMajor: Bool, _ marking: String) throws -> Affect {
            try #require(
                estimate {
                    $0.features.isMajor = isMajor
                    $0.features.tempoMarking = marking
                }
            ).affect
        }
        #expect(try found(true, "Allegro").valence > found(false, "Allegro").valence + 0.2)
        #expect(try found(true, "Presto").arousal > found(true, "Adagio").arousal + 0.8)
    }

    @Test(
        "Reads tempo markings in four languages",
        arguments: [
            ("Allegro con brio", 0.4, 0.7), ("Allegro ma non troppo", 0.2, 0.45), ("Largo", -0.8, -0.6),
            ("Andante sostenuto", -0.5, -0.2), ("Sehr langsam", -0.9, -0.7), ("Mäßig", -0.1, 0.1),
            ("Lent et douloureux", -0.7, -0.3), ("Très vif", 0.6, 0.9), ("Not fast", -0.1, 0.1),
            ("Slow march tempo", -0.5, -0.1), ("Not too fast", -0.1, 0.1), ("Presto agitato", 0.6, 0.9),
        ])
    func readsMarkings(marking: String, least: Double, most: Double) throws {
        let arousal = try #require(TempoWord.affect(of: marking)).arousal
        #expect((least...most).contains(arousal))
    }

    @Test("The mood, genre and tempo tables have unique names and valid values")
    func readsTables() {
        for (table, file, least) in [
            (MoodWord.table, song_moods, 150), (GenreWord.table, song_genres, 150), (TempoWord.table, song_tempos, 100),
        ] {
            #expect(table.entries.count >= least)
            #expect(table.entries.count == EmbeddedTable(file, columns: 3).rows.count)
            #expect(table.entries.allSatisfy { max(abs($0.affect.valence), abs($0.affect.arousal)) < 1 })
        }
        let words = """
            joyful cheerful playful humorous mischievous excited triumphant festive energetic driving restless tense dramatic \
            ominous fierce stormy wild dark gloomy solemn mournful sad melancholic nostalgic wistful longing tender intimate \
            romantic dreamy mysterious eerie still sleepy meditative peaceful calm serene pastoral warm content graceful elegant \
            noble majestic heroic hopeful bright rustic
            """
        for word in words.split(separator: " ") { #expect(MoodWord.table.affect(of: String(word)) != nil) }
        for label in MoodLabel.allCases where label != .neutral {
            #expect(MoodWord.nearest(to: label.centre, count: 1).count == 1)
        }
    }
}
