import Foundation
import Moods
import Pipeline
import Songs

extension SelfTestReport {
    /// Opens the catalogue, embeds sentences where there is a model for that, and finds songs twice.
    ///
    /// - Parameters:
    ///   - embeddings: the folder of the embedding model, if there is one; nil where what it needs is not there.
    func checkSongs(_ settings: Settings?, embeddings folder: Result<URL?, any Error>?) {
        let catalogue = check("Song catalogue", needs: settings) { settings in
            let catalogue = try SongCatalogue(path: settings.songCatalogueLocation.path)
            return (catalogue, "\(try catalogue.statistics().total) songs in \(catalogue.path)")
        }
        let embeddings = check("Embedding model", needs: folder) { folder -> (EmbeddingModel?, String) in
            guard let settings, let folder = try folder.get() else {
                return (nil, "none; `scripts/setup --with-embeddings` fetches one")
            }
            let model = try EmbeddingModel(folder: folder, settings)
            return (model, model.name)
        }
        check("Songs for a caption", needs: catalogue) { catalogue in
            let lexicon = try settings.map { try Lexicon($0) } ?? .builtIn
            let matcher = try SongMatcher(catalogue: catalogue, lexicon: lexicon, embeddings: embeddings ?? nil)
            var wish = SongWish()
            wish.caption = "a quiet harbour at dusk"
            let first = try matcher.match(wish)
            guard first.songs.map(\.song.id) == (try matcher.match(wish)).songs.map(\.song.id) else {
                throw CommandError(
                    "The same caption got other songs the second time: this machine does not compute the same twice. Check its memory."
                )
            }
            guard let best = first.songs.first else { return ((), first.reason ?? "none") }
            return ((), "\(wish.caption ?? ""), \(first.mood.label.rawValue): \(best.song.line)")
        }
    }
}
