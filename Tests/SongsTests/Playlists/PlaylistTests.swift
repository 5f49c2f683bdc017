import Foundation
import Testing

@testable import Songs

@Suite("Playlists")
struct PlaylistTests {
    private let songs: [Song] = {
        var first = Song(title: "A \"quoted\", title\nwith lines", artist: "=X", source: "csv")
        first.album = "Album; one"
        first.path = "/music/a b.mp3"
        first.durationMilliseconds = 183_499
        first.year = 1999
        first.tags = [SongTag("jazz", .genre), SongTag("calm", .mood)]
        first.features.key = 10
        first.features.isMajor = false
        var second = Song(title: "#2", artist: "", source: "csv")
        second.musicBrainzID = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
        return [first, second]
    }()

    @Test("M3U8 has one line per field, whatever a title contains")
    func m3u8() throws {
        let playlist = Playlist(title: "An\nevening", songs: songs) { "https://example.org/?q=\($0.title)" }
        let lines = String(decoding: playlist.data(as: .m3u8), as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "#EXTM3U", "#PLAYLIST:An evening", "#EXTINF:183,=X - A \"quoted\", title with lines",
                "#EXTALB:Album; one",
                "/music/a b.mp3", "#EXTINF:-1,#2", "https://example.org/?q=#2",
            ])
    }

    @Test("A song without a file or URL becomes a comment")
    func placeless() {
        let text = String(decoding: Playlist(title: "", songs: [songs[1]]).data(as: .m3u8), as: UTF8.self)
        #expect(text == "#EXTM3U\n#EXTINF:-1,#2\n# There is no file of this one.\n")
    }

    @Test("JSPF follows its specification")
    func jspf() throws {
        let data = Playlist(title: "T", songs: songs).data(as: .jspf)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
        let tracks = try #require(object["playlist"]?["track"] as? [[String: Any]])
        #expect(object["playlist"]?["title"] as? String == "T")
        #expect(tracks[0]["location"] as? [String] == ["file:///music/a%20b.mp3"])
        #expect(tracks[0]["creator"] as? String == "=X" && tracks[0]["duration"] as? Int == 183_499)
        #expect(
            tracks[1]["identifier"] as? [String] == [
                "https://musicbrainz.org/recording/b1a9c0e9-d987-4042-ae91-78d6a3267d69"
            ])
        #expect(tracks[1]["creator"] == nil && tracks[1]["location"] == nil)
    }

    @Test("CSV can be imported again unchanged, and no spreadsheet runs it as a formula")
    func csv() throws {
        let place = try Workplace()
        let data = Playlist(title: "T", songs: songs).data(as: .csv)
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.contains("\" =X\""))
        let catalogue = try place.catalogue()
        let report = try SongImport(catalogue: catalogue).run(path: place.file("list.csv", data))
        #expect((report.added, report.rejected) == (2, 0))
        let first = try #require(try catalogue.song(id: 1))
        #expect(first.title == "A \"quoted\", title with lines" && first.artist == "=X" && first.album == "Album; one")
        #expect(first.tags == songs[0].tags && first.features.key == 10 && first.path == "/music/a b.mp3")
        #expect(try catalogue.song(id: 2)?.title == "#2")
    }
}
