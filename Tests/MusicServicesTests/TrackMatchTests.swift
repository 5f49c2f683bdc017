import Foundation
import Songs
import StandIns
import Testing

@testable import MusicServices

@Suite(.heavy) struct TrackMatchTests {
    private func best(_ song: Song, _ rows: String...) throws -> String? {
        let tracks = try JSONDecoder().decode([SpotifyTrack].self, from: Data("[\(rows.joined(separator: ","))]".utf8))
        return TrackMatch(song).best(of: tracks)?.link.url
    }

    @Test(arguments: [
        ("Clair de Lune", "clair de lune"), ("Beyoncé", "Beyonce"), ("Rock & Roll", "Rock and Roll"),
        ("Help!", "Help! - Remastered 2009"), ("Song (feat. Somebody)", "Song"), ("Don't", "Don’t"), ("???", "???"),
    ])
    func `Titles that are written otherwise are the same`(here: String, there: String) throws {
        #expect(try best(Workbench.song(here), FakeSpotify.row(name: there)) != nil)
    }

    @Test(arguments: [
        ("Hello", "Hello - Live"), ("One", "One More Time"), ("???", "!!!"), ("Sonata No. 1", "Sonata No. 2"),
    ])
    func `Titles of other songs are not`(here: String, there: String) throws {
        #expect(try best(Workbench.song(here), FakeSpotify.row(name: there)) == nil)
    }

    @Test(arguments: [
        ("Tyler, The Creator", "Tyler, The Creator", true), ("A, Claude Debussy", "Claude Debussy", true),
        ("Debussy", "Claude Debussy", false), ("", "Claude Debussy", false),
    ])
    func `One of the artists must be the same`(here: String, there: String, isSame: Bool) throws {
        let link = try best(Workbench.song(artist: here), FakeSpotify.row(artist: there))
        #expect((link != nil) == isSame)
    }

    @Test(arguments: [(303_000, true), (297_000, true), (303_001, false), (Int.min, true), (Int.max, false)])
    func `A known length differs by three seconds at most`(duration: Int, isSame: Bool) throws {
        var song = Workbench.song()
        song.durationMilliseconds = duration
        #expect((try best(song, FakeSpotify.row(duration: 300_000)) != nil) == isSame)
    }

    @Test func `The nearest length wins, then the first row`() throws {
        var song = Workbench.song()
        let other = "0000000000000000000000"
        #expect(try best(song, FakeSpotify.row(id: other), FakeSpotify.row())?.hasSuffix(other) == true)
        song.durationMilliseconds = 300_000
        let rows = [FakeSpotify.row(duration: 302_000), FakeSpotify.row(id: other, duration: 299_000)]
        #expect(try best(song, rows[0], rows[1])?.hasSuffix(other) == true)
    }

    @Test func `A row without a usable identifier is passed over`() throws {
        #expect(try best(Workbench.song(), FakeSpotify.row(id: "../../evil"), "{\"name\":\"Clair de Lune\"}") == nil)
    }

    @Test func `A title adds no filter of its own, and a wrong code is not sent`() {
        var song = Workbench.song("\"Night\" year:1999", artist: "A:B, C")
        song.isrc = "nonsense"
        #expect(TrackMatch(song).queries == ["track:Night year 1999 artist:A B"])
    }
}
