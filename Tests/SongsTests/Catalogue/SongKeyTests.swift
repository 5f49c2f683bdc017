import Testing

@testable import Songs

@Suite("Song keys")
struct SongKeyTests {
    private func key(_ title: String, _ artist: String = "X", album: String? = nil, path: String? = nil) -> String {
        var song = Song(title: title, artist: artist, source: "csv")
        song.album = album
        song.path = path
        return SongKey.key(of: song)
    }

    @Test(
        "Titles that differ in symbols, sharps or meaningful marks have different keys",
        arguments: [
            ("÷", "×"), ("?", "!"), ("Waltz in C# minor", "Waltz in C minor"),
            ("Waltz in C♯ minor", "Waltz in C minor"),
            ("Prelude in A♭", "Prelude in A"), ("ガラス", "カラス"), ("किताब", "कुताब"), ("💔", "🎵"),
        ])
    func apart(one: String, other: String) {
        #expect(key(one) != key(other))
    }

    @Test(
        "Live recordings and other versions have their own keys, remastered or not",
        arguments: [
            "Heroes - Live; 2005 Remaster", "Heroes - Live / Remastered 2011", "Heroes (Remastered) [Live]",
            "Heroes - Demo / 2010 Remaster", "Heroes (Live) [2009 Remaster]", "Heroes - Remastered Acoustic Version",
            "Heroes (feat. Nobody) - Live", "Heroes (feat. Nobody) [Remix]",
        ])
    func versions(title: String) {
        #expect(key(title) != key("Heroes"))
    }

    @Test(
        "Remasters, guests, case, accents and widths do not change the key",
        arguments: [
            "HEROES", "Heroes - Remastered 2011", "Heroes - 2017 Remaster", "Heroes (2017 Remastered Version)",
            "Heroes - Remastered", "Heroes (Digital Remaster)", "Héroes", "“Heroes”", "Ｈｅｒｏｅｓ", "Heroes (feat. Nobody)",
            "Heroes ft. Nobody", "Heroes (feat. Nobody) - Remastered 2011", "Heroe\u{301}s",
            "Heroes - 2009 Digital Remaster",
        ])
    func same(title: String) {
        #expect(key(title) == key("Heroes"))
    }

    @Test("Songs without an artist share a key only with the same album or file")
    func nameless() {
        #expect(key("Track 01", "", path: "a/01.mp3") != key("Track 01", "", path: "b/01.mp3"))
        #expect(key("Track 01", "", path: "a/01.mp3") == key("Track 01", "", path: "a/01.mp3"))
        #expect(key("Intro", "", album: "One") != key("Intro", "", album: "Two"))
        #expect(key("Greensleeves", "") == key("greensleeves", ""))
    }

    @Test("Recognises guests without mistaking words that begin alike")
    func guests() {
        #expect(key("A", "Daft Punk feat. Pharrell") == key("A", "Daft Punk, Pharrell"))
        #expect(key("Lift Off", "X") != key("Li", "X"))
        #expect(key("A Feather", "X") != key("A", "X"))
    }
}
