import Foundation
import Testing

@testable import Songs

@Suite("Playlist paths")
struct PlaylistPathsTests {
    @Test(
        "Resolves relative paths in the playlist's folder, and not above the root",
        arguments: [
            ("a.mp3", "/music/lists/a.mp3"), ("./a.mp3", "/music/lists/a.mp3"), ("../a/b.mp3", "/music/a/b.mp3"),
            ("a/./b//../c.mp3", "/music/lists/a/c.mp3"), ("../../../../../etc/passwd", "/etc/passwd"),
            ("../..", "/"), ("a\\b.mp3", "/music/lists/a/b.mp3"), ("..\\b.mp3", "/music/b.mp3"),
            ("a\\b/c.mp3", "/music/lists/a\\b/c.mp3"), ("./#1.mp3", "/music/lists/#1.mp3"),
            ("50%25 & more.mp3", "/music/lists/50%25 & more.mp3"), ("Who: me?.mp3", "/music/lists/Who: me?.mp3"),
            ("…/Ä.mp3", "/music/lists/…/Ä.mp3"), ("...", "/music/lists/..."),
        ])
    func relative(written: String, path: String) {
        #expect(PlaylistPaths(list: "/music/lists/mix.m3u8").resolve(written) == path)
        #expect(PlaylistPaths(list: "/music/x/.././lists//mix.m3u8").resolve(written) == path)
        #expect(PlaylistPaths(list: nil).resolve(written) == written)
    }

    @Test(
        "Keeps absolute paths, Windows paths and URLs",
        arguments: [
            "/a/../b.mp3", "C:\\Music\\a.mp3", "c:/Music/../a.mp3", "\\Music\\a.mp3", "\\\\server\\share\\a.mp3",
            "http://example.org/a%20b/../c.mp3?x=1", "HTTPS://example.org/a.mp3", "smb://server/a.mp3",
            "file://server/share/a.mp3", "file:///%FF.mp3", "data:audio/mp3,a", "pipe:0",
            "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
        ])
    func whole(written: String) {
        #expect(PlaylistPaths(list: "/music/mix.m3u").resolve(written) == written)
        #expect(PlaylistPaths(list: nil).resolve(written) == written)
    }

    @Test(
        "Turns file URLs into paths, with and without a playlist folder",
        arguments: [
            ("file:///a%20b/%C3%84.mp3", "/a b/Ä.mp3"), ("file://localhost/a.mp3", "/a.mp3"),
            ("FILE:///a.mp3", "/a.mp3"),
            ("file:/a%23b.mp3", "/a#b.mp3"), ("file:///C:/Music/a%20b.mp3", "C:/Music/a b.mp3"),
            ("file:///a#b?.mp3", "/a#b?.mp3"),
        ])
    func fileURLs(written: String, path: String) {
        #expect(PlaylistPaths(list: "/music/mix.m3u").resolve(written) == path)
        #expect(PlaylistPaths(list: nil).resolve(written) == path)
    }

    @Test(
        "Decodes percent escapes, unless such a file exists or the path is not a valid URL path",
        arguments: [
            ("Vera%20Example/01%20-%20T%C3%BCr.flac", "/music/Vera Example/01 - Tür.flac"),
            ("/other/a%20b.mp3", "/other/a b.mp3"), ("100%20.flac", "/music/100%20.flac"),
            ("50%25 & more.mp3", "/music/50%25 & more.mp3"), ("100%.mp3", "/music/100%.mp3"),
            ("a%FF.mp3", "/music/a%FF.mp3"), ("a%00b.mp3", "/music/a%00b.mp3"), ("%C3%BC/ü.mp3", "/music/%C3%BC/ü.mp3"),
        ])
    func encoded(written: String, path: String) {
        let paths = PlaylistPaths(list: "/music/mix.m3u8") { $0 == "/music/100%20.flac" }
        #expect(paths.resolve(written) == path)
    }

    @Test(
        "A path is local unless it leads to another machine",
        arguments: [
            ("a.mp3", true), ("../a.mp3", true), ("/music/a.mp3", true), ("C:\\Music\\a.mp3", true), ("c:a.mp3", true),
            ("\\music\\a.mp3", true), ("Who: me?.mp3", true), ("", true), ("\\\\host\\share\\a.mp3", false),
            ("//host/share/a.mp3", false), ("\\/host/share/a.mp3", false), ("/\\host\\a.mp3", false),
            ("\\\\?\\UNC\\host\\a.mp3", false), ("http://host/a.mp3", false), ("HTTP:\\\\host\\a.mp3", false),
            ("smb://host/a.mp3", false), ("file://host/share/a.mp3", false), ("data:audio/mp3,a", false),
            ("javascript:alert(1)", false), ("concat:a|b", false), ("spotify:track:1", false),
        ])
    func local(path: String, isLocal: Bool) { #expect(PlaylistPaths.isLocal(path) == isLocal) }

    @Test("Resolves paths of a playlist that was given by a relative path")
    func relativeList() {
        let here = FileManager.default.currentDirectoryPath
        #expect(PlaylistPaths(list: "lists/mix.m3u").resolve("a.mp3") == here + "/lists/a.mp3")
        #expect(PlaylistPaths(list: "mix.m3u").resolve("a.mp3") == here + "/a.mp3")
    }

    @Test("A list imported from its folder gets absolute paths; an uploaded copy does not")
    func importing() throws {
        let place = try Workplace()
        try FileManager.default.createDirectory(
            at: place.folder.appending(path: "lists"), withIntermediateDirectories: true)
        let path = try place.file(
            "lists/mix.m3u8", "#EXTM3U\n../one.mp3\nfile:///music/two%20%26.mp3\nthree.mp3\nfile:///a%00.mp3\n")
        let catalogue = try place.catalogue()
        let report = try SongImport(catalogue: catalogue).run(path: path)
        #expect((report.added, report.rejections.map(\.reason)) == (3, ["the file's name holds a NUL"]))
        let songs = try catalogue.search("").songs
        #expect(songs.map(\.title) == ["one", "two &", "three"])
        let paths = [place.path("one.mp3"), "/music/two &.mp3", place.path("lists/three.mp3")]
        #expect(songs.map(\.path) == paths)
        let exported = String(decoding: Playlist(title: "", songs: songs).data(as: .m3u8), as: UTF8.self)
        #expect(exported.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init) == paths)
        let other = try SongCatalogue(path: place.path("other.sqlite"), withStarter: false)
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        _ = try SongImport(catalogue: other).run(upload: file, format: .m3u)
        #expect(try other.search("").songs.map(\.path) == ["../one.mp3", "/music/two &.mp3", "three.mp3"])
    }
}
