import CSongFiles
import Foundation

/// What words feel like: lemmas with a point in the valence–arousal plane.
public struct Lexicon: Sendable {
    private var words: [String: Affect] = [:]

    /// The lexicon that is part of the program, Sources/Music/Moods/lexicon.csv.
    public static let builtIn: Lexicon = {
        let bytes = UnsafeRawBufferPointer(start: song_lexicon.bytes, count: song_lexicon.length)
        // A test reads the same file row by row, so that no row can be lost here.
        return (try? Lexicon(csv: String(decoding: bytes, as: UTF8.self))) ?? Lexicon()
    }()

    private init() {}

    /// Reads a lexicon: a line `word,valence,arousal` for each word; empty lines, a heading and lines behind # are passed
    /// over. Of two lines for a word the later counts.
    ///
    /// - Throws: ``MoodsError`` with the number of the first line that is none of these.
    public init(csv: String) throws(MoodsError) {
        for (index, line) in csv.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") || line.lowercased() == "word,valence,arousal" { continue }
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed.unquoted }
            let names = English.sentence(cells[0])
            guard cells.count == 3, let word = names.first, names.count == 1,
                let valence = Double(cells[1]), let arousal = Double(cells[2]), abs(valence) <= 1, abs(arousal) <= 1
            else {
                throw MoodsError(
                    .unreadableLexicon,
                    "Line \(index + 1) of the lexicon is \(line.prefix(60).debugDescription); it may be one word, its valence and its "
                        + "arousal, each from -1 to 1, with commas between them.")
            }
            words[word] = Affect(valence: valence, arousal: arousal)
        }
    }

    /// Reads a lexicon from a file, as above.
    ///
    /// - Throws: ``MoodsError`` for a file that cannot be read, too.
    public init(path: String) throws(MoodsError) {
        guard let bytes = FileManager.default.contents(atPath: path), let text = String(bytes: bytes, encoding: .utf8)
        else {
            throw MoodsError(
                .unreadableLexicon,
                "The lexicon \(path) cannot be read as UTF-8 text. Set MOOD_LEXICON to a CSV file of words, or to nothing."
            )
        }
        do {
            try self.init(csv: text)
        } catch {
            throw MoodsError(.unreadableLexicon, "\(path): \(error.message)")
        }
    }

    /// This lexicon with the words of another one, whose values count where both have a word.
    public func merged(with other: Lexicon) -> Lexicon {
        var result = self
        result.words.merge(other.words) { $1 }
        return result
    }

    /// How many words it has.
    public var count: Int { words.count }

    /// What a word feels like, or the lemma that it is a form of; nil for a word that says nothing. Parts of words say nothing:
    /// "train" holds no rain.
    func entry(_ word: String) -> (lemma: String, affect: Affect)? {
        for lemma in English.lemmas(of: word) {
            if let affect = words[lemma] { return (lemma, affect) }
        }
        return nil
    }

    /// All words, sorted.
    var lemmas: [String] { words.keys.sorted() }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var result = drop(while: \.isWhitespace)
        while result.last?.isWhitespace == true { result.removeLast() }
        return result
    }

    fileprivate var unquoted: String {
        count >= 2 && first == "\"" && last == "\"" ? String(dropFirst().dropLast()) : String(self)
    }
}
