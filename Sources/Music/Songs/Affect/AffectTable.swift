internal import CSongFiles
internal import Moods

/// Words or short phrases and where they lie in the valence–arousal plane, in the order in which they are listed.
struct AffectTable: Sendable {
    struct Entry: Sendable {
        let name: String
        let affect: Affect
    }

    let entries: [Entry]
    private let indices: [String: Int]

    /// Reads a file with the columns name, valence and arousal. A name that comes again is left out.
    init(_ file: song_file) {
        var entries: [Entry] = []
        var indices: [String: Int] = [:]
        for row in EmbeddedTable(file, columns: 3).rows {
            guard let valence = Double(row[1]), let arousal = Double(row[2]), indices[row[0]] == nil else { continue }
            indices[row[0]] = entries.count
            entries.append(Entry(name: row[0], affect: Affect(valence: valence, arousal: arousal)))
        }
        self.entries = entries
        self.indices = indices
    }

    /// Where a name lies, letter for letter; nil where the table has not got it.
    func affect(of name: String) -> Affect? {
        indices[name].map { entries[$0].affect }
    }

    /// The entry for the name, or else for its last words: "swedish indie pop" is an indie pop, and that is a pop.
    func affect(ofKindOf name: String) -> Affect? {
        var words = name.split { $0 == " " || $0 == "-" || $0 == "_" || $0 == "/" }
        while !words.isEmpty {
            if let affect = affect(of: words.joined(separator: " ")) { return affect }
            words.removeFirst()
        }
        return nil
    }
}

/// What a genre tends to feel like: genres.csv. A genre says little about one song: `AffectEstimate` gives it a low confidence.
enum GenreWord {
    static let table = AffectTable(song_genres)

    /// Where songs of a genre tend to lie; nil for one that is not known.
    static func affect(of genre: String) -> Affect? { table.affect(ofKindOf: genre) }
}

/// The words that people put on music for how it feels, each with its place in the valence–arousal plane: moods.csv.
enum MoodWord {
    static let table = AffectTable(song_moods)

    /// Where a mood tag lies: by the whole tag, else by the mean of its words that are known; nil where none is.
    static func affect(of tag: String) -> Affect? {
        if let affect = table.affect(of: tag) { return affect }
        let known = tag.split { !$0.isLetter }.compactMap { table.affect(of: String($0)) }
        guard !known.isEmpty else { return nil }
        let count = Double(known.count)
        return Affect(
            valence: known.reduce(0) { $0 + $1.valence } / count, arousal: known.reduce(0) { $0 + $1.arousal } / count)
    }

    /// The words around a place, the nearest first; of two as near, the one that is listed first.
    static func nearest(to affect: Affect, count: Int) -> [String] {
        let ordered = table.entries.indices.sorted { left, right in
            let distances = (
                table.entries[left].affect.distance(to: affect), table.entries[right].affect.distance(to: affect)
            )
            return distances.0 == distances.1 ? left < right : distances.0 < distances.1
        }
        return ordered.prefix(count).map { table.entries[$0].name }
    }
}
