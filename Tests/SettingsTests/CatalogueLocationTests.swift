import Foundation
import Testing

@testable import Settings

@Suite("Catalogue location")
struct CatalogueLocationTests {
    @Test(
        "The catalogue is in the user's data folder, unless SONG_CATALOGUE names another path",
        arguments: [
            ("", ["HOME": "/home/me"], "/home/me/.local/share/image-to-song/songs.sqlite"),
            ("", ["HOME": "/home/me", "XDG_DATA_HOME": "/var/lib"], "/var/lib/image-to-song/songs.sqlite"),
            ("", ["HOME": "/home/me", "XDG_DATA_HOME": "data"], "/home/me/.local/share/image-to-song/songs.sqlite"),
            ("", [:], "./data/image-to-song/songs.sqlite"),
            ("/music/mine.sqlite", ["HOME": "/home/me"], "/music/mine.sqlite"),
        ])
    func places(setting: String, environment: [String: String], path: String) {
        var settings = Settings()
        settings.modelCacheDirectory = "/nowhere"
        settings.songCatalogue = setting
        let location = settings.songCatalogueLocation(in: environment)
        #expect(location.path == path && location.notice == nil)
    }

    @Test("Uses an older version's catalogue beside the models, with a notice, until there is a new one")
    func former() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "location-\(UUID())")
        let new = folder.appending(path: "data/image-to-song/songs.sqlite")
        try FileManager.default.createDirectory(at: new.deletingLastPathComponent(), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let former = folder.appending(path: "songs.sqlite").path
        try Data("x".utf8).write(to: URL(filePath: former))
        var settings = Settings()
        settings.modelCacheDirectory = folder.path
        let environment = ["XDG_DATA_HOME": folder.appending(path: "data").path]
        let location = settings.songCatalogueLocation(in: environment)
        #expect(location.path == former)
        #expect(location.notice?.contains(former) == true && location.notice?.contains(new.path) == true)
        try Data("x".utf8).write(to: new)
        #expect(settings.songCatalogueLocation(in: environment).path == new.path)
    }
}
