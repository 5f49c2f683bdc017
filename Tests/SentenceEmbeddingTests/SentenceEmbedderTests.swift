import Devices
import Foundation
import Networks
import SentenceEmbedding
import StandIns
import Testing

@Suite("Sentence embedder", .heavy)
struct SentenceEmbedderTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("Every text has the same vector as in transformers", arguments: EmbeddingFixture.names)
    func equalsTransformers(_ name: String) throws {
        let fixture = try EmbeddingFixture(name)
        let embedder = try folder.embedder(EmbeddingFixture.model(name))
        let vectors = try embedder.embed(fixture.texts)
        #expect(vectors.count == fixture.texts.count)
        for (index, text) in fixture.texts.enumerated() {
            #expect(distance(vectors[index], fixture.vectors[index]) < 1e-4, "\(name): \(text.prefix(40))")
        }
    }

    @Test("Vectors have the stated width and length 1", arguments: EmbeddingFixture.names)
    func hasLengthOne(_ name: String) throws {
        let embedder = try folder.embedder(EmbeddingFixture.model(name))
        for vector in try embedder.embed(["", "a dog", "rain on the beach at night"]) {
            #expect(vector.count == embedder.width)
            #expect(abs(cosine(vector, vector) - 1) < 1e-5)
        }
    }

    @Test("A text has the same vector alone as among longer texts", arguments: [Precision.fp32, .int8])
    func doesNotDependOnOthers(_ precision: Precision) throws {
        let fixture = try EmbeddingFixture("mean")
        let embedder = try folder.embedder(EmbeddingFixture.model("mean"), precision)
        let together = try embedder.embed(fixture.texts)
        for (index, text) in fixture.texts.enumerated() {
            #expect(distance(try embedder.embed([text])[0], together[index]) < 1e-5, "\(text.prefix(40))")
        }
    }

    @Test("Keeps the order of more texts than one batch holds")
    func keepsOrder() throws {
        let texts = (0..<400).map { String(repeating: "rain ", count: ($0 * 7) % 20) + "\($0)" }
        let embedder = try folder.embedder(EmbeddingFixture.model("mean"))
        let vectors = try embedder.embed(texts)
        for index in stride(from: 0, to: texts.count, by: 37) {
            #expect(distance(try embedder.embed([texts[index]])[0], vectors[index]) < 1e-5)
        }
    }

    @Test("int8 vectors have a cosine above 0.995 with those of transformers", arguments: EmbeddingFixture.names)
    func roundsLittle(_ name: String) throws {
        let fixture = try EmbeddingFixture(name)
        let vectors = try folder.embedder(EmbeddingFixture.model(name), .int8).embed(fixture.texts)
        for (vector, expected) in zip(vectors, fixture.vectors) { #expect(cosine(vector, expected) > 0.995) }
    }

    @Test("No texts give no vectors")
    func takesNothing() throws {
        #expect(try folder.embedder(EmbeddingFixture.model("mean")).embed([]).isEmpty)
    }

    @Test("Compiles once, and finds the compiled model again, also from another folder")
    func compilesOnce() throws {
        let first = try folder.embedder(EmbeddingFixture.model("mean"))
        let second = try folder.embedder(try folder.copy(of: "mean"))
        #expect(first.compiled.isNew && !second.compiled.isNew)
        #expect(first.name == second.name)
        #expect(first.maximumTokens == 24)
    }

    @Test("Different models have different names")
    func hasNames() throws {
        let names = try EmbeddingFixture.names.map { try folder.embedder(EmbeddingFixture.model($0)).name }
        #expect(Set(names).count == names.count)
        #expect(names[0].hasPrefix("bert-2x32-mean-24-"))
    }

    @Test("Threads may embed at the same time")
    func isShared() async throws {
        let fixture = try EmbeddingFixture("mean")
        let embedder = try folder.embedder(EmbeddingFixture.model("mean"))
        let expected = try embedder.embed(fixture.texts)
        try await withThrowingTaskGroup(of: [[Float]].self) { group in
            for _ in 0..<4 { group.addTask { try embedder.embed(fixture.texts) } }
            for try await vectors in group {
                for (left, right) in zip(vectors, expected) { #expect(distance(left, right) < 1e-6) }
            }
        }
    }
}
