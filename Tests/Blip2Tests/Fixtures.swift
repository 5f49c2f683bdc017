import Foundation

/// The tiny random checkpoints of `Tests/Fixtures`, each with what transformers computed for it.
enum Fixtures {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// The names of all checkpoints of BLIP-2.
    static let names = names(in: "")
    /// Those of InstructBLIP (`make_instructblip.py`), with their folder.
    static let instructBLIP = names(in: "instructblip/")

    private static func names(in part: String) -> [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + part)) ?? []
        return entries.map { part + $0 }.filter { FileManager.default.fileExists(atPath: reference($0)) }.sorted()
    }

    static func checkpoint(_ name: String) -> URL { folder.appendingPathComponent(name) }

    static func reference(_ name: String) -> String {
        checkpoint(name).appendingPathComponent("reference.safetensors").path
    }
}

/// A folder that goes when the test is over.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// A copy of a checkpoint, to be spoilt.
    func copy(of name: String) throws -> URL {
        let source = Fixtures.checkpoint(name)
        let copy = url.appendingPathComponent(source.lastPathComponent)
        try FileManager.default.copyItem(at: source, to: copy)
        return copy
    }
}
