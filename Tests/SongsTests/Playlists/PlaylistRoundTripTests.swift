import Foundation
import Testing

@testable import Songs

@Suite("Playlist round trips")
struct PlaylistRoundTripTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
    }

    private func song(_ title: String, _ artist: String, path: String?) -> Song {
        var song = Song(title: title, artist: artist, source: "csv")
        song.path = path
        return song
    }

    @Test("M3U8 keeps artists and titles when read again")
    func m3u8() throws {
        let songs = [
            song("Title - Part 2", "Jay - Z", path: "/music/1.mp3"), song("Lost", "Nobody", path: nil),
            song("Title", "", path: "/music/2.mp3"), song("New\nline", "A\rB", path: "/music/3.mp3"),
        ]
        let path = try place.file("p.m3u8", Playlist(title: "T", songs: songs).data(as: .m3u8))
        let report = try SongImport(catalogue: catalogue).run(path: path)
        #expect((report.added, report.rejected) == (4, 0))
        let back = try catalogue.search("").songs
        #expect(back.map(\.title) == ["Title - Part 2", "Lost", "Title", "New line"])
        #expect(back.map(\.artist) == ["Jay - Z", "Nobody", "", "A B"])
    }

    @Test("CSV keeps songs with Spotify's data away from models when read again")
    func embeddable() throws {
        var first = song("A", "X", path: nil)
        first.isEmbeddable = false
        first.spotifyID = "4uLU6hMCjMI75M1A2tKUQC"
        first.features.danceability = 0.5
        first.features.valence = 0.25
        let path = try place.file("p.csv", Playlist(title: "T", songs: [first]).data(as: .csv))
        _ = try SongImport(catalogue: catalogue).run(path: path)
        let back = try #require(try catalogue.song(id: 1))
        #expect(!back.isEmbeddable && back.spotifyID == first.spotifyID)
    }
}
