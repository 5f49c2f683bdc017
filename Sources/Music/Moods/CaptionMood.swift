import CSongFiles

/// Reads the mood of a caption from its words.
public struct CaptionMood: Sendable {
    private let lexicon: Lexicon

    /// How many words before a word a "not" may stand.
    private static let reach = 3
    private static let negations: Set<String> = [
        "not", "no", "without", "never", "neither", "nor", "nobody", "none", "hardly",
    ]
    private static let amplifiers: [String: Double] = [
        "very": 1.5, "extremely": 1.5, "really": 1.3, "so": 1.2, "slightly": 0.5, "somewhat": 0.6, "little": 0.8,
    ]

    public init(lexicon: Lexicon = .builtIn) {
        self.lexicon = lexicon
    }

    /// What the words say together; nil where the lexicon knows none of them.
    ///
    /// Each word counts by the square of its distance from the middle, so that a storm is not outweighed by the sea around it; more
    /// behind "very", less behind "slightly". Within three words behind "no" or "not", a word has half its arousal and the
    /// reverse of half its valence: "not happy" is a little sad, not the opposite of happy. Two words of a compound count as one,
    /// by what it says. The confidence is 1 - e^-Σ of the distances: one strong word gives .6, three .95.
    func reading(of caption: String) -> MoodReading? {
        let words = English.sentence(caption)
        var (valence, arousal, weights, strength) = (0.0, 0.0, 0.0, 0.0)
        var evidence: [String] = []
        for (index, found) in entries(words) {
            let (word, affect) = found
            let before = words[max(0, index - Self.reach)..<index]
            let isNegated = before.contains(where: Self.negations.contains)
            let amplifier = words[..<index].last.flatMap { Self.amplifiers[$0] } ?? 1
            let distance = affect.distance(to: .neutral)
            let weight = distance * distance * amplifier
            valence += weight * affect.valence * (isNegated ? -0.5 : 1)
            arousal += weight * affect.arousal * (isNegated ? 0.5 : 1)
            weights += weight
            strength += distance * amplifier
            let said = isNegated ? "not \(word)" : word
            if !evidence.contains(said) { evidence.append(said) }
        }
        guard weights > 0 else { return nil }
        return MoodReading(
            affect: Affect(valence: valence / weights, arousal: arousal / weights),
            confidence: 1 - Exponential.of(-strength), evidence: evidence)
    }

    /// The words and compounds that say something, by the places they begin at.
    private func entries(_ words: [String]) -> [(index: Int, found: (word: String, affect: Affect))] {
        var result: [(index: Int, found: (word: String, affect: Affect))] = []
        var index = 0
        while index < words.count {
            let word = words[index]
            if index + 1 < words.count, let affect = Compounds.affect(word, words[index + 1]) {
                if affect != .neutral { result.append((index, ("\(word) \(words[index + 1])", affect))) }
                index += 2
            } else {
                if let (_, affect) = lexicon.entry(word) { result.append((index, (word, affect))) }
                index += 1
            }
        }
        return result
    }
}

/// Two words that together mean something else than each of them: a tank top is no tank. The pairs are in compounds.csv.
enum Compounds {
    /// What the two words feel like together, ``Affect/neutral`` where they say nothing; nil where they are no compound.
    ///
    /// - Parameters:
    ///   - first: the first word as it stands there.
    ///   - second: the word behind it, of which forms count too: "cell phones".
    static func affect(_ first: String, _ second: String) -> Affect? {
        guard firsts.contains(first) else { return nil }
        for lemma in English.lemmas(of: second) {
            if let affect = table["\(first) \(lemma)"] { return affect }
        }
        return nil
    }

    private static let table: [String: Affect] = Dictionary(
        EmbeddedTable(song_compounds, columns: 3).rows.compactMap { row in
            guard let valence = Double(row[1]), let arousal = Double(row[2]) else { return nil }
            return (row[0], Affect(valence: valence, arousal: arousal))
        }
    ) { first, _ in first }

    private static let firsts = Set(table.keys.compactMap { $0.split(separator: " ").first.map(String.init) })
}
