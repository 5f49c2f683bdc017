import Devices
import Foundation
import Networks
import SentenceEmbedding
import StandIns
import Testing
import Tokenization

/// Where the model lies.
private enum PublishedModel {
    static let folder: URL? = {
        let named = ProcessInfo.processInfo.environment["EMBEDDING_MODEL"].map { URL(fileURLWithPath: $0) }
        let root = EmbeddingFixture.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = named ?? root.appendingPathComponent(".deps/embeddings")
        let hasConfiguration = FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path)
        return hasConfiguration ? folder : nil
    }()
}

/// all-MiniLM-L6-v2, where EMBEDDING_MODEL names its folder or `scripts/setup --with-embeddings` has put it into `.deps/`.
@Suite(
    "all-MiniLM-L6-v2", .heavy, .enabled(if: PublishedModel.folder != nil, "scripts/setup --with-embeddings fetches it")
)
struct PublishedModelTests {
    private let folder: TemporaryFolder
    private let model: URL
    private let fixture: EmbeddingFixture

    init() throws {
        folder = try TemporaryFolder()
        model = try #require(PublishedModel.folder)
        fixture = try EmbeddingFixture(
            file: EmbeddingFixture.folder.appendingPathComponent("all-minilm-l6-v2.json"))
    }

    @Test("all-MiniLM-L6-v2 gives the same token ids as transformers")
    func hasIDs() throws {
        let tokenizer = try #require(try TokenizerFile.load(folder: model) as? WordPieceTokenizer)
        for (text, ids) in zip(fixture.texts, fixture.ids) {
            #expect(tokenizer.encode(text, addingSpecialTokens: true) == ids, "\(text.prefix(40))")
        }
    }

    @Test("all-MiniLM-L6-v2 gives the same vectors as transformers")
    func hasVectors() throws {
        let embedder = try folder.embedder(model)
        #expect(embedder.width == 384 && embedder.maximumTokens == 256)
        for (index, vector) in try embedder.embed(fixture.texts).enumerated() {
            #expect(distance(vector, fixture.vectors[index]) < 1e-4, "\(fixture.texts[index].prefix(40))")
        }
    }

    @Test("int8 vectors of all-MiniLM-L6-v2 have a cosine above 0.99")
    func holdsWithEightBits() throws {
        let embedder = try folder.embedder(model, .int8)
        for (index, vector) in try embedder.embed(fixture.texts).enumerated() {
            #expect(cosine(vector, fixture.vectors[index]) > 0.99, "\(fixture.texts[index].prefix(40))")
        }
    }

    @Test("Texts of similar meaning are closer than unrelated ones")
    func means() throws {
        let vectors = try folder.embedder(model).embed([
            "a dog runs along the beach", "a puppy is playing by the sea", "the quarterly report of a bank",
        ])
        #expect(cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.3)
    }
}
