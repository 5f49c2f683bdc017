import Moods
import Testing

@testable import Songs

@Suite("Song source")
struct SongSourceTests {
    /// Songs and vectors at hand; or an error.
    private struct Shelf: SongSource {
        var songs: [Song] = []
        var vectors: [(Int64, [Float])] = []
        var error: SongsError?

        func songs(ids: [Int64]) throws(SongsError) -> [Song] {
            if let error { throw error }
            return ids.compactMap { id in songs.first { $0.id == id } }
        }

        func forEachSong(_ body: (Song) throws -> Void) throws(SongsError) {
            for song in songs { try? body(song) }
        }

        func forEachVector(
            model: String, _ body: (Int64, UnsafeRawBufferPointer, Float) throws -> Void
        ) throws(SongsError) {
            guard model == "mini" else { return }
            for (id, vector) in vectors {
                let quantized = QuantizedVector(vector)
                quantized.values.withUnsafeBytes { try? body(id, $0, quantized.scale) }
            }
        }
    }

    private let shelf = Shelf(
        songs: [song(3, valence: 0.5), song(8, valence: -0.5), song(9)], vectors: [(8, [1, 0]), (9, [0, 1])])

    @Test("The index has the catalogue's songs, and the vectors of the given model")
    func reads() throws {
        let index = try SongIndex(catalogue: shelf, embeddingModel: "mini")
        #expect(index.ids == [3, 8, 9])
        #expect(index.vectorWidth == 2)
        #expect(try SongIndex(catalogue: shelf).vectorWidth == nil)
        #expect(try SongIndex(catalogue: shelf, embeddingModel: "other").vectorWidth == nil)
        let ranked = index.rank(SongRequest(mood: .unknown, embedding: [1, 0]))
        #expect(ranked.first?.id == 8)
    }

    @Test("Leaves out songs that are gone, and passes errors on")
    func answers() throws {
        let index = try SongIndex(catalogue: shelf)
        let request = SongRequest(mood: mood(0.5, 0))
        let answer = try SongRanking(index: index, catalogue: shelf).answer(request)
        #expect(answer.songs.map(\.song.id) == [3, 9, 8])
        #expect(answer.reason == nil)
        var smaller = shelf
        smaller.songs.removeFirst()
        #expect(try SongRanking(index: index, catalogue: smaller).answer(request).songs.map(\.song.id) == [9, 8])
        smaller.error = SongsError(.catalogueUnavailable, "It is gone.")
        #expect(throws: SongsError.self) { try SongRanking(index: index, catalogue: smaller).answer(request) }
    }
}
