import Checkpoint
import Foundation

/// The tiny random checkpoints of `Tests/Fixtures/florence2`, each with what transformers computed for it (`make_florence2.py`).
enum Fixtures {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/florence2")

    /// The names of all checkpoints.
    static let names: [String] = {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return entries.filter { FileManager.default.fileExists(atPath: reference($0)) }.sorted()
    }()

    static func checkpoint(_ name: String) -> URL { folder.appendingPathComponent(name) }

    static func reference(_ name: String) -> String {
        checkpoint(name).appendingPathComponent("reference.safetensors").path
    }

    /// The ids of a tensor of a checkpoint's reference, row by row.
    static func ids(_ tensor: String, of name: String) throws -> [[Int]] {
        let stored = try SafetensorsFile(path: reference(name)).tensor(tensor)
        let values = try stored.int64s().map(Int.init)
        let width = stored.shape[1]
        return (0..<stored.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
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
        let copy = url.appendingPathComponent(name)
        try FileManager.default.copyItem(at: Fixtures.checkpoint(name), to: copy)
        return copy
    }
}
