import Captioning
import Imaging
import Pipeline
import StandIns

/// A model that writes captions word by word, as a test tells it.
final class WritingModel: CaptionModel {
    /// The next word of the caption with this prompt, behind so many others; nil where it ends.
    typealias Writing = @Sendable (_ prompt: String, _ count: Int, _ isCancelled: () -> Bool) throws -> String?

    let description = StubModel().description
    let preparation = PixelPreparation(width: 8, height: 8)
    private let journal: Journal
    private let writing: Writing
    private var rows: [CaptionInput.ID: (prompt: String, words: [String])] = [:]

    /// - Parameter journal: is told when a row is taken out before its end.
    init(journal: Journal = Journal(), _ writing: @escaping Writing) {
        self.journal = journal
        self.writing = writing
    }

    func join(_ pictures: [CaptionInput], cancellation: Cancellation) -> [CaptionOutcome] {
        for picture in pictures { rows[picture.id] = (picture.options.prompt ?? "", []) }
        return []
    }

    func step(cancellation: Cancellation) throws -> [CaptionOutcome] {
        var outcomes: [CaptionOutcome] = []
        for (id, row) in rows {
            // The captioner's own warm-up has no prompt.
            let word = row.prompt.isEmpty ? nil : try writing(row.prompt, row.words.count) { cancellation.isCancelled }
            if let word {
                rows[id]?.words.append(word)
            } else {
                rows[id] = nil
                let caption = GeneratedCaption(text: row.words.joined(), tokenIDs: row.words.indices.map(\.self))
                outcomes.append(CaptionOutcome(id: id, result: .success(caption)))
            }
        }
        return outcomes
    }

    func text(of id: CaptionInput.ID) -> String { rows[id]?.words.joined() ?? "" }

    func leave(_ id: CaptionInput.ID) {
        if let row = rows.removeValue(forKey: id) { journal.note("left \(row.prompt)") }
    }

    func reset() {
        for row in rows.values { journal.note("left \(row.prompt)") }
        rows = [:]
    }
}
