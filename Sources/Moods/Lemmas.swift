/// The words that a form of a word may come from.
///
/// English, by endings. A candidate counts only where the lexicon has it, and the word itself comes first: "evening" is an
/// evening, never an act of evening.
enum Lemmas {
    static func candidates(of word: String) -> [String] {
        if let known = irregular[word] { return [word, known] }
        var result = [word]
        if let stem = word.without("ies") { result.append(stem + "y") }
        if let stem = word.without("es") { result += [stem + "e", stem] }
        if let stem = word.without("s") { result.append(stem) }
        for ending in ["ing", "ed"] {
            guard let stem = word.without(ending) else { continue }
            result += [stem, stem + "e"]
            if stem.count > 3, stem.last == stem.dropLast().last { result.append(String(stem.dropLast())) }
        }
        if let stem = word.without("ied") { result.append(stem + "y") }
        if let stem = word.without("ly") { result += [stem, stem + "e"] }
        if let stem = word.without("ily") { result.append(stem + "y") }
        return result
    }

    private static let irregular = [
        "children": "child", "ran": "run", "ridden": "ride", "rode": "ride", "slept": "sleep", "flew": "fly",
        "fought": "fight",
        "wept": "cry", "weep": "cry", "weeping": "cry", "men": "man", "women": "woman", "wolves": "wolf",
        "leaves": "leaf",
        "geese": "goose", "calves": "calf", "swam": "swim", "sang": "sing", "sung": "sing", "thrown": "throw",
        "threw": "throw",
        "driven": "drive", "drove": "drive", "broke": "broken", "burned": "burning", "burnt": "burning", "lay": "lie",
        "laid": "lie", "stood": "stand", "sat": "sit", "snowing": "snow", "snows": "snow",
    ]
}

extension String {
    /// What stands before an ending, where that is at least three letters with a vowel among them.
    fileprivate func without(_ ending: String) -> String? {
        guard hasSuffix(ending), count >= ending.count + 3 else { return nil }
        let stem = dropLast(ending.count)
        return stem.contains { "aeiouy".contains($0) } ? String(stem) : nil
    }
}
