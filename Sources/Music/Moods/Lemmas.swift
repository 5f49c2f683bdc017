/// The words that a form of a word may come from.
///
/// English, by endings. A candidate counts only where the lexicon has it, and the word itself comes first: "evening" is an
/// evening, never an act of evening.
enum Lemmas {
    static func candidates(of word: String) -> [String] {
        if let known = irregular[word] { return [word, known] }
        if onlyThemselves.contains(word) { return [word] }
        return [word] + plurals(word) + verbs(word) + adverbs(word) + compared(word)
    }

    /// "skies" are of the sky, not of a ski; "churches" of a church, "wares" of no war.
    private static func plurals(_ word: String) -> [String] {
        var result: [String] = []
        if let stem = word.without("ies", leaving: 2) { result.append(stem + "y") }
        if let stem = word.without("es") {
            result.append(stem + "e")
            if ["s", "x", "z", "ch", "sh", "o"].contains(where: stem.hasSuffix) { result.append(stem) }
        }
        if let stem = word.without("s") { result.append(stem) }
        return result
    }

    private static func verbs(_ word: String) -> [String] {
        var result: [String] = []
        for ending in ["ing", "ed"] {
            guard let stem = word.without(ending) else { continue }
            // "Hated" is of "hate": of "hat" it would be "hatted".
            result += stem.wouldDouble ? [stem + "e"] : [stem, stem + "e"]
            if stem.count > 3, stem.last == stem.dropLast().last { result.append(String(stem.dropLast())) }
        }
        if let stem = word.without("ied", leaving: 2) { result.append(stem + "y") }
        return result
    }

    private static func adverbs(_ word: String) -> [String] {
        var result: [String] = []
        if let stem = word.without("ly") { result += [stem, stem + "e"] }
        if let stem = word.without("ily") { result.append(stem + "y") }
        return result
    }

    /// "Happier" and "calmest". A corner is not more corn, so that these are known by name.
    private static func compared(_ word: String) -> [String] {
        for ending in ["er", "est"] {
            guard let stem = word.without(ending) else { continue }
            if stem.last == "i" { return [stem.dropLast() + "y"].filter(adjectives.contains) }
            return [stem, stem + "e", String(stem.dropLast())].filter { adjectives.contains($0) && $0.last != "y" }
        }
        return []
    }

    private static let adjectives: Set<String> = [
        "angry", "bleak", "bright", "busy", "calm", "chilly", "choppy", "cloudy", "cold", "cosy", "cozy", "cute",
        "dark",
        "dim", "dirty", "dreary", "dry", "dull", "dusty", "fast", "foggy", "fresh", "frosty", "gentle", "gloomy",
        "happy", "hazy", "lively", "lonely", "loud", "merry", "misty", "noisy", "poor", "pretty", "quiet", "rainy",
        "rough", "rusty", "sad", "scary", "shady", "sick", "sleepy", "smoky", "snowy", "soft", "steep", "still",
        "stormy", "sunny", "sweet", "tasty", "tense", "warm", "wild", "windy",
    ]

    /// Forms that have become words of their own: a winding road has no wind.
    private static let onlyThemselves: Set<String> = ["barely", "parked", "parking", "winding"]

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
    /// What stands before an ending, where that is so many letters at least; from three on, with a vowel among them.
    fileprivate func without(_ ending: String, leaving least: Int = 3) -> String? {
        guard hasSuffix(ending), count >= ending.count + least else { return nil }
        let stem = dropLast(ending.count)
        return least < 3 || stem.contains { "aeiouy".contains($0) } ? String(stem) : nil
    }

    /// Whether a stem doubles its last letter before an ending: one vowel, then one consonant.
    fileprivate var wouldDouble: Bool {
        let isVowel = map { "aeiou".contains($0) }
        guard isVowel.count >= 3, isVowel.filter({ $0 }).count == 1, isVowel[isVowel.count - 2] else { return false }
        return last.map { !"wxy".contains($0) } ?? false
    }
}
