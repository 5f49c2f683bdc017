import Foundation
import Songs
import StandIns
import Testing

@testable import MusicServices

@Suite(.heavy) struct SearchLinksTests {
    @Test func `A work is searched for at all four services`() {
        let links = SearchLinks.links(
            for: Workbench.song("Nocturne in E-flat major, Op. 9 No. 2", artist: "Frédéric Chopin"))
        let words = "Nocturne%20in%20E-flat%20major%2C%20Op.%209%20No.%202%20Fr%C3%A9d%C3%A9ric%20Chopin"
        #expect(
            links.map(\.url) == [
                "https://open.spotify.com/search/\(words)", "https://music.apple.com/search?term=\(words)",
                "https://music.youtube.com/search?q=\(words)",
                "https://musicbrainz.org/search?query=\(words)&type=recording&method=indexed",
            ])
        #expect(links.map(\.service) == SongLink.Service.allCases)
        #expect(links.allSatisfy { !$0.isExact })
    }

    @Test(arguments: [
        "Rock & Roll", "#1 Crush", "A+B=C?", "50% / 100%", "\"Heroes\"", "שלום עליכם", "أغنية", "👩‍👩‍👧‍👦 🎵",
        "C'est <b>la</b> vie",
        "100\\", "a|b^c`{d}",
    ])
    func `Every title comes back whole from its addresses`(title: String) throws {
        for link in SearchLinks.links(for: Workbench.song(title, artist: "X")) {
            #expect(link.url.utf8.allSatisfy { $0 > 32 && $0 < 127 })
            let components = try #require(URLComponents(string: link.url))
            let words =
                link.service == .spotify
                ? String(components.path.dropFirst("/search/".count)) : components.queryItems?.first?.value
            #expect(words == "\(title) X")
            #expect(components.fragment == nil)
        }
    }

    @Test func `Lines, tabs and marks of direction become one line`() {
        let song = Workbench.song("\u{202E}A\r\n\tB\u{0}C\u{2069}", artist: " \u{FEFF}D ")
        #expect(SearchWords(song).text == "A B C D")
    }

    @Test func `A long title is cut between words and keeps its artist`() {
        let text = SearchWords(Workbench.song(String(repeating: "wordy ", count: 1000), artist: "Somebody")).text
        #expect(text.hasSuffix("wordy Somebody"))
        #expect(text.utf8.count <= 310 && text.utf8.count > 150)
    }

    @Test func `A cut leaves characters whole`() {
        let family = "👩‍👩‍👧‍👦"
        let text = SearchWords.cut(String(repeating: family, count: 50), to: 200)
        #expect(text == String(repeating: family, count: 8))
        #expect(SearchWords.cut("a" + String(repeating: "\u{301}", count: 500), to: 200).utf8.count <= 200)
    }

    @Test(arguments: [".", ".."]) func `A title of dots stays in the path`(title: String) {
        #expect(SearchLinks.links(for: Workbench.song(title, artist: ""))[0].url.hasSuffix("/search/\(title)%20"))
    }

    @Test func `What the catalogue knows is exact`() {
        var song = Workbench.song()
        song.musicBrainzID = "B1A9C0E9-D987-4042-AE91-78D6A3267D69"
        song.spotifyID = "spotify:track:\(FakeSpotify.track)"
        let exact = SearchLinks.links(for: song).filter(\.isExact).map(\.url)
        #expect(
            exact == [
                "https://open.spotify.com/track/\(FakeSpotify.track)",
                "https://musicbrainz.org/recording/b1a9c0e9-d987-4042-ae91-78d6a3267d69",
            ])
    }

    @Test(arguments: ["", "../../etc", "b1a9c0e9-d987-4042-ae91-78d6a3267d6g", "b1a9c0e9d9874042ae9178d6a3267d69"])
    func `What is no identifier is searched for`(id: String) {
        var song = Workbench.song()
        song.musicBrainzID = id
        song.spotifyID = id
        #expect(SearchLinks.links(for: song).allSatisfy { !$0.isExact })
    }

    @Test func `A link that was looked up stands in for the search`() {
        let link = SongLink(service: .spotify, url: "https://open.spotify.com/track/x", isExact: true)
        let links = SearchLinks.links(for: Workbench.song(), exact: link)
        #expect(links.count == 4 && links[0] == link)
    }
}
