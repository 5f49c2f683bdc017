import Checkpoint
import Devices
public import Foundation
import Hub
import Moods
import Networks
import SentenceEmbedding
public import Songs

/// The model that compares captions with songs, and with the sentences whose mood is known.
public struct EmbeddingModel: Sendable {
    /// Which model it is: vectors of another one are of no use to it.
    public var name: String { embedder.name }
    /// Numbers in an embedding.
    public var width: Int { embedder.width }
    /// What reads moods from captions' embeddings.
    let anchors: AnchorMood
    private let embedder: SentenceEmbedder

    /// Longer texts are cut before they are read: the model takes a few hundred tokens.
    private static let mostCharacters = 4_000

    /// Where the model that the settings name is to be had: a folder that is there goes before a model on the Hub. Nil where they
    /// name none, and `scripts/setup --with-embeddings` put none beside the program.
    public static func source(_ settings: Settings) -> ModelSource? {
        let name = settings.embeddingModel
        guard !name.isEmpty else { return CheckpointLocation.near(".deps/embeddings").map(ModelSource.folder) }
        let path = (name as NSString).expandingTildeInPath
        if !FileManager.default.fileExists(atPath: path), let reference = try? ModelReference(name) {
            return .hub(reference)
        }
        return .folder(URL(fileURLWithPath: path))
    }

    /// Loads a model, and compiles it where that has not happened yet. Blocks.
    ///
    /// - Parameters:
    ///   - folder: of the model.
    ///   - cache: MODEL_CACHE_DIR.
    ///   - waiting: told once where another process compiles the same and is waited for.
    /// - Throws: `SentenceEmbeddingError`.
    public init(folder: URL, cache: URL, waiting: () -> Void) throws {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        embedder = try SentenceEmbedder(
            folder: folder.path, cacheFolder: cache.path, precision: .int8,
            // The other cores go on with captions while a long list of songs is embedded.
            threads: max(1, cores / 2), waiting: waiting)
        anchors = AnchorMood(embeddings: try embedder.embed(Anchors.sentences))
    }

    /// The embedding of a text, of length 1; nil where it could not be computed, which must not stop a match. Blocks.
    func embedding(of text: String) -> [Float]? {
        try? embedder.embed([String(text.prefix(Self.mostCharacters))]).first
    }

    /// Embeds songs of a catalogue that have no embedding by this model yet, and stores them. Blocks.
    ///
    /// - Parameters:
    ///   - most: about how many songs are embedded in one call.
    ///   - progress: told how many songs were embedded.
    /// - Returns: how many songs were embedded; 0 where all have an embedding that can have one.
    public func embedNewSongs(
        of catalogue: SongCatalogue, most: Int = .max, progress: (Int) -> Void = { _ in }
    ) throws -> Int {
        var embedded = 0
        var last: Int64 = 0
        while embedded < most, !Task.isCancelled {
            let songs = try catalogue.songsWithoutVector(model: name, after: last, limit: Self.songsAtOnce)
            guard let end = songs.last?.id else { break }
            last = end
            let vectors = try vectors(of: songs)
            try catalogue.storeVectors(model: name, vectors)
            embedded += vectors.count
            progress(embedded)
        }
        return embedded
    }

    private static let songsAtOnce = 256

    /// The embeddings of songs' descriptions. A song of which nothing is known but its title says nothing to compare with, and
    /// has none. Blocks.
    public func vectors(of songs: [Song]) throws -> [SongVector] {
        let described = songs.map { (id: $0.id, text: EmbeddingText.song($0)) }.filter { !$0.text.isEmpty }
        return zip(described, try embedder.embed(described.map(\.text))).compactMap { song, vector in
            let quantized = QuantizedVector(vector)
            return quantized.scale > 0
                ? SongVector(id: song.id, values: quantized.values, scale: quantized.scale) : nil
        }
    }
}
