import Moods
import Testing

@testable import Songs

@Suite("Filters")
struct FilterTests {
    /// Four songs: 1 is known to be explicit, 2 is not, of 3 and 4 it is unknown.
    private static let songs: [Song] = {
        var songs = [
            song(1, "A", valence: 0.5, genres: ["hip-hop"]),
            song(2, "B", valence: 0.5, genres: ["vocal jazz", "jazz"]),
            song(3, "C", valence: 0.5, genres: ["vocal jazz"]), song(4, "D"),
        ]
        songs[0].isExplicit = true
        songs[1].isExplicit = false
        (songs[0].year, songs[1].year, songs[2].year) = (1990, 1991, 1600)
        (songs[0].features.tempo, songs[1].features.tempo) = (90, 120.5)
        return songs
    }()

    struct Filtered: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let expected: Set<Int64>
        let change: @Sendable (inout SongFilters) -> Void

        init(_ name: String, _ expected: Set<Int64>, _ change: @escaping @Sendable (inout SongFilters) -> Void) {
            testDescription = name
            self.expected = expected
            self.change = change
        }

        static let all = [
            Filtered("none", [1, 2, 3, 4]) { _ in },
            Filtered("no explicit ones: unknown ones stay", [2, 3, 4]) { $0.allowsExplicit = false },
            Filtered("years: unknown ones go", [1, 2]) { $0.years = 1990...1991 },
            Filtered("one year", [3]) { $0.years = 1600...1600 },
            Filtered("years far away", []) { $0.years = 100_000...200_000 },
            Filtered("tempo: unknown ones go", [2]) { $0.tempo = 100...140 },
            Filtered("a genre is a whole name", [2]) { $0.genres = ["jazz"] },
            Filtered("one of several genres, spelt otherwise", [1, 3, 2]) { $0.genres = ["Hip Hop", "vocal jazz"] },
            Filtered("an unknown genre", []) { $0.genres = ["ja"] },
            Filtered("excluded ones, some of which are unknown", [1, 4]) { $0.excluded = [2, 3, 99] },
            Filtered("several together", [2]) {
                $0.allowsExplicit = false
                $0.years = 1980...2000
            },
        ]
    }

    @Test("Filters exclude every song that does not match", arguments: Filtered.all, [false, true])
    func filters(filtered: Filtered, hasText: Bool) {
        var request = SongRequest(mood: mood(0.5, 0), text: hasText ? "jazz, hip-hop" : "")
        filtered.change(&request.filters)
        #expect(Set(SongIndex(songs: Self.songs).rank(request).map(\.id)) == filtered.expected)
    }

    @Test("A song that is filtered out does not set the scale of scores")
    func scalesWithinPool() throws {
        let songs = [
            song(1, themes: ["rain", "night"]), song(2, themes: ["rain", "sea", "love"]), song(3, themes: ["love"]),
        ]
        var request = SongRequest(mood: .unknown, text: "rain at night")
        request.filters.excluded = [1]
        let first = try #require(SongIndex(songs: songs).rank(request).first)
        #expect(first.id == 2)
        #expect(first.components.tags == 1)
    }

    @Test("Says why no song is left")
    func explains() throws {
        var request = SongRequest(mood: mood(0, 0))
        request.filters.years = 1700...1750
        request.filters.genres = ["tango", "polka"]
        request.filters.allowsExplicit = false
        let ranking = SongRanking(index: SongIndex(songs: Self.songs)) { _ in [] }
        let answer = try ranking.answer(request)
        #expect(answer.songs.isEmpty)
        #expect(
            answer.reason
                == "None of the 4 songs passes the filters (nothing explicit, years 1700 to 1750, genre polka or tango); widen them."
        )
        let empty = try SongRanking(index: SongIndex(songs: [])) { _ in [] }.answer(request)
        #expect(empty.reason == "The catalogue holds no songs; import some first.")
        let gone = try ranking.answer(SongRequest(mood: mood(0, 0)))
        #expect(gone.reason == "The songs that were chosen have just been removed; ask again.")
    }
}
