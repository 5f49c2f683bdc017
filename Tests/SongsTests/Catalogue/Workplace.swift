import Foundation

@testable import Songs

/// A folder that goes away with the test.
final class Workplace {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "songs-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// An empty catalogue.
    func catalogue() throws -> SongCatalogue { try SongCatalogue(path: path("songs.sqlite"), withStarter: false) }

    /// Writes a file and answers its path.
    func file(_ name: String, _ content: String) throws -> String { try file(name, Data(content.utf8)) }

    func file(_ name: String, _ content: Data) throws -> String {
        try content.write(to: folder.appending(path: name))
        return path(name)
    }
}
