import Foundation
import Moods
import Testing

@testable import Songs

@Suite("Tag index")
struct TagIndexTests {
    @Test("Weighs words by BM25")
    func weighs() throws {
        let songs = [
            song(1, themes: ["rain", "night rain"]), song(2, moods: ["calm"], themes: ["rain"]),
            song(3, moods: ["calm"]),
            song(4),
        ]
        let settings = RankingSettings.standard
        let tags = SongIndex(songs: songs).tags
        let word = Int(try #require(tags.vocabulary["rain"]))
        #expect(Array(tags.songs[word]) == [0, 1])
        // Three songs have tags, with 3, 2 and 1 words.
        let rarity = log(1 + (3 - 2 + 0.5) / (2 + 0.5))
        for (place, frequency, length) in [(0, 2.0, 3.0), (1, 1.0, 2.0)] {
            let norm = 1 - settings.lengthNormalization + settings.lengthNormalization * length / 2
            let expected =
                rarity * frequency * (settings.saturation + 1) / (frequency + settings.saturation * norm)
            #expect(abs(Double(tags.worths[tags.songs.range(word).lowerBound + place]) - expected) < 1e-6)
        }
    }

    @Test("Overlap is the share of common words, and nil for a song without words")
    func overlaps() {
        let tags = SongIndex(songs: [
            song(1, themes: ["rain", "night"]), song(2, themes: ["night", "sea"]), song(3), song(4, themes: ["love"]),
        ]).tags
        #expect(tags.overlap(0, 1) == Float(1) / 3)
        #expect(tags.overlap(0, 0) == 1)
        #expect(tags.overlap(0, 3) == 0)
        #expect(tags.overlap(0, 2) == nil)
    }

    @Test(
        "Inflected forms share a stem",
        arguments: [
            ["rain", "rains", "raining", "rained", "rainy"], ["city", "cities"],
            ["dance", "dancing", "dances", "danced"],
            ["beach", "beaches"], ["glass", "glasses"], ["run", "running", "runs", "ran"], ["child", "children"],
            ["leaf", "leaves"], ["wave", "waves", "waving"], ["church", "churches"], ["night", "nights"],
            ["snow", "snowy", "snowing"], ["storm", "stormy"], ["sing", "singing", "sings"],
            ["fall", "falling", "fallen"],
        ])
    func stems(forms: [String]) {
        #expect(Set(forms.map(English.stem)).count == 1)
    }

    @Test(
        "Words that only look alike have different stems",
        arguments: [
            ("rain", "train"), ("car", "carpet"), ("cat", "cathedral"), ("city", "cite"), ("sun", "son"), ("ring", "r"),
            ("spring", "spr"), ("bus", "bu"), ("this", "thi"), ("king", "k"), ("red", "r"), ("evening", "even"),
        ])
    func keepsApart(one: String, other: String) {
        #expect(English.stem(one) != English.stem(other))
    }

    @Test("Splits text into words without punctuation, accents and common caption words")
    func cuts() {
        #expect(
            English.words(of: "A Café—in the Grüße-Straße, it's 5 o'clock!") == [
                "a", "cafe", "in", "the", "grusse", "strasse", "it", "5", "oclock",
            ])
        #expect(English.stems(of: "a picture of two dogs and the dog's ball") == ["dog", "dog", "ball"])
        #expect(English.stems(of: "").isEmpty)
    }

    @Test(
        "Caption words match the themes that they imply",
        arguments: [
            ("a man with an umbrella", "rain"), ("two kids in a playground", "child"), ("surfers on a beach", "sea"),
            ("a cemetery", "death"), ("she waves goodbye", "farewell"),
        ])
    func implies(caption: String, theme: String) throws {
        let index = SongIndex(songs: [song(1, themes: [theme]), song(2, themes: ["quarrel"])])
        let ranked = index.rank(SongRequest(mood: .unknown, text: caption))
        #expect(try #require(ranked.first).id == 1)
        #expect(try #require(ranked.first).score == 1)
        #expect(try #require(ranked.last).score == 0)
    }
}
