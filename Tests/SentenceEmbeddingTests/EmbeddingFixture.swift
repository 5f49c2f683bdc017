import Devices
import Foundation
import Networks
import SentenceEmbedding

/// A sentence model of the Fixtures folder, and what transformers computes with it; made by `make_fixtures.py`.
struct EmbeddingFixture: Decodable {
    let texts: [String]
    /// With special tokens, cut as the model asks for.
    let ids: [[Int]]
    let vectors: [[Float]]

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    static let names = ["mean", "first-token", "bare"]

    static func model(_ name: String) -> URL { folder.appendingPathComponent(name) }

    init(_ name: String) throws {
        try self.init(file: Self.model(name).appendingPathComponent("reference.json"))
    }

    init(file: URL) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }
}

/// The largest distance between two vectors' numbers.
func distance(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// The cosine of two vectors of length 1.
func cosine(_ left: [Float], _ right: [Float]) -> Float {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
}

/// A folder that goes when the test is over.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("sentences-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// A copy of a model, to be spoilt.
    func copy(of name: String) throws -> URL {
        let copy = url.appendingPathComponent(name)
        try FileManager.default.copyItem(at: EmbeddingFixture.model(name), to: copy)
        return copy
    }

    func embedder(_ folder: URL, _ precision: Precision = .fp32) throws -> SentenceEmbedder {
        try SentenceEmbedder(
            folder: folder.path, cacheFolder: url.appendingPathComponent("cache").path, precision: precision)
    }
}
