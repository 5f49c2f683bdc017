import Moods
import Testing

@testable import Songs

@Suite("Reasons")
struct ReasonTests {
    private func reason(_ song: Song, _ request: SongRequest) throws -> String {
        let ranking = SongRanking(index: SongIndex(songs: [song])) { _ in [song] }
        return try #require(try ranking.answer(request).songs.first).reason
    }

    @Test("A reason names the mood, what it is compared with, and the matching themes")
    func says() throws {
        let rain = song(1, valence: -0.3, arousal: -0.4, moods: ["wistful"], themes: ["rain", "night", "love"])
        let text = "a street at night in the rain"
        #expect(
            try reason(rain, SongRequest(mood: mood(-0.3, -0.3, from: .colour), text: text))
                == "Calm and a little sad, as the picture is; its themes are rain and night.")
        #expect(
            try reason(rain, SongRequest(mood: mood(-0.3, -0.3, from: .caption)))
                == "Calm and a little sad, as the caption is; it is tagged wistful.")
        #expect(
            try reason(rain, SongRequest(mood: mood(0.5, 0.3)))
                == "Calm and a little sad, calmer and darker than was asked for.")
        #expect(try reason(rain, SongRequest(mood: .unknown, text: text)) == "Its themes are rain and night.")
    }

    @Test("Says when a mood is guessed")
    func admits() throws {
        var jazz = song(1, genres: ["smooth jazz"])
        jazz.affect = AffectEstimate.affect(of: jazz)
        #expect(
            try reason(jazz, SongRequest(mood: mood(0.4, -0.4)))
                == "Calm and bright, as was asked for, to judge by its genre.")
        var score = song(1)
        score.features.isMajor = true
        score.affect = AffectEstimate.affect(of: score)
        #expect(
            try reason(score, SongRequest(mood: mood(0.4, 0, from: .colour)))
                == "Bright, as the picture is, to judge by its score.")
    }

    @Test("Claims nothing that is unknown")
    func claimsNothing() throws {
        #expect(
            try reason(song(1), SongRequest(mood: mood(0, 0), text: "rain"))
                == "Nothing is known of its mood or its themes.")
        #expect(
            try reason(song(1, themes: ["sea"]), SongRequest(mood: mood(0, 0), text: "rain"))
                == "Its mood is not known, and none of its tags matches.")
        #expect(
            try reason(song(1, valence: 0.1), SongRequest(mood: .unknown))
                == "There was nothing to hold it against, so it was left to chance.")
    }

    @Test("Every point of the mood plane has words")
    func hasWords() {
        for valence in stride(from: -1.0, through: 1, by: 0.1) {
            for arousal in stride(from: -1.0, through: 1, by: 0.1) {
                #expect(!SongReason.words(for: Affect(valence: valence, arousal: arousal)).isEmpty)
            }
        }
        #expect(SongReason.words(for: .neutral) == "even-tempered")
        #expect(SongReason.words(for: Affect(valence: -0.8, arousal: 0.8)) == "full of energy and dark")
    }

    @Test("Embeds songs and queries as descriptions without titles")
    func describes() {
        var waltz = song(
            1, "Johann Strauss II", genres: ["waltz", "orchestral"], moods: ["festive"], themes: ["dance"])
        waltz.title = "Dog"
        waltz.year = 1867
        waltz.features.tempoMarking = "Tempo di valse"
        #expect(EmbeddingText.song(waltz) == "waltz, orchestral; festive; dance; fast; 19th century")
        var tune = song(2, valence: 0.4, arousal: -0.55)
        tune.year = 1974
        tune.features.tempo = 60
        #expect(EmbeddingText.song(tune) == "calm, soft; slow; 1970s")
        #expect(EmbeddingText.song(song(3)) == "")
        #expect(
            EmbeddingText.query(mood: mood(0.4, -0.55), caption: "a dog by a lake")
                == "calm, soft, chill music, slow and gentle, for: a dog by a lake")
        #expect(EmbeddingText.query(mood: .unknown, caption: "a dog") == "music for: a dog")
        #expect(EmbeddingText.query(mood: .unknown, caption: "") == "")
    }
}
