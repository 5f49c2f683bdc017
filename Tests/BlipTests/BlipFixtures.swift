import Foundation

/// The tiny random BLIP checkpoints of `Tests/Fixtures/blip`, each with what transformers computed for it (`make_blip.py`).
enum BlipFixtures {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/blip")

    /// The names of all checkpoints.
    static let names: [String] = {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return entries.filter { FileManager.default.fileExists(atPath: reference($0)) }.sorted()
    }()

    static func checkpoint(_ name: String) -> URL { folder.appendingPathComponent(name) }

    static func reference(_ name: String) -> String {
        checkpoint(name).appendingPathComponent("reference.safetensors").path
    }

    /// Runs `body` with an empty folder, and with a copy of a checkpoint in it.
    static func withCopy<Result>(of name: String, _ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("image-to-song-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let copy = folder.appendingPathComponent(name)
        try FileManager.default.copyItem(at: checkpoint(name), to: copy)
        return try body(copy)
    }
}
