internal import Foundation
internal import Moods

/// Words or short phrases and where they lie in the valence–arousal plane, in the order in which they are listed.
struct AffectTable: Sendable {
    struct Entry: Sendable {
        let name: String
        let affect: Affect
    }

    let entries: [Entry]
    private let places: [String: Int]

    /// Reads one entry a line: a name, which may have spaces, then valence and arousal. A name that comes again is left out.
    ///
    /// The tables are part of the program: a line that is none is a mistake of ours, which the tests find by counting.
    init(_ text: String) {
        var entries: [Entry] = []
        var places: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: " ")
            guard cells.count >= 3, let valence = Double(cells[cells.count - 2]), let arousal = Double(cells.last ?? "")
            else { continue }
            let name = cells.dropLast(2).joined(separator: " ")
            guard places[name] == nil else { continue }
            places[name] = entries.count
            entries.append(Entry(name: name, affect: Affect(valence: valence, arousal: arousal)))
        }
        self.entries = entries
        self.places = places
    }

    /// Where a name lies, letter for letter; nil where the table has not got it.
    func affect(of name: String) -> Affect? {
        places[name].map { entries[$0].affect }
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
