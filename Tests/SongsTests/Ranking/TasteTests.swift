import Moods
import Testing

@testable import Songs

@Suite("Taste")
struct TasteTests {
    private static let mood = Mood(affect: Affect(valence: 0.3, arousal: -0.4), confidence: 1, contributions: [])

    /// Forty songs at one place in the plane, half of them jazz for a piano, half of them marches for brass.
    private let songs: [Song] = (1...40).map { id in
        var song = Song(title: "Song \(id)", artist: "Artist \(id)", source: "csv")
        song.id = Int64(id)
        let names = id.isMultiple(of: 2) ? ("jazz", "piano") : ("march", "brass")
        song.tags = [SongTag(names.0, .genre), SongTag(names.1, .instrument)]
        song.affect = SongAffect(Self.mood.affect, confidence: 1, method: .stated)
        return song
    }

    private func answer(liking liked: Set<Int64>) throws -> [RankedSong] {
        let known = Dictionary(uniqueKeysWithValues: songs.map { ($0.id, $0) })
        let ranking = SongRanking(index: SongIndex(songs: songs)) { $0.compactMap { known[$0] } }
        return try ranking.answer(SongRequest(mood: Self.mood, liked: liked)).songs
    }

    @Test("Prefers songs with tags like those of liked songs, and says so")
    func prefers() throws {
        for (liked, genre) in [(Set<Int64>([2, 4]), "jazz"), ([1], "march")] {
            let songs = try answer(liking: liked)
            #expect(songs.allSatisfy { song in song.song.tags.contains { $0.name == genre } })
            #expect(songs.allSatisfy { ($0.components.taste ?? 0) > 0.9 && $0.reason.contains("like") })
        }
    }

    @Test(
        "No liked songs, or ones that are gone, give no taste", arguments: [[], [41, 9_999] as Set<Int64>])
    func knowsNothing(liked: Set<Int64>) throws {
        let songs = try answer(liking: liked)
        #expect(songs.count == 10)
        #expect(songs.allSatisfy { $0.components.taste == nil && !$0.reason.contains("you like") })
        #expect(Set(songs.compactMap { $0.song.tags.first?.name }) == ["jazz", "march"])
    }
}
