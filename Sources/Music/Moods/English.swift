import CSongFiles
import Foundation

/// English words, and which of them are forms of the same one.
///
/// Two questions are asked. Where there is a dictionary, ``lemmas(of:)`` gives the words that a form may come from, and the
/// dictionary says which of them are words. Where two texts are compared, ``stem(_:)`` gives what all forms of a word share.
package enum English {
    // MARK: Words

    /// Letters and digits in lower case and without accents, parted by whatever else there is but apostrophes.
    private static func plain(_ text: some StringProtocol) -> [Substring] {
        var plain = text.lowercased()
        if !plain.utf8.allSatisfy({ $0 < 0x80 }) {
            plain = plain.folding(options: .diacriticInsensitive, locale: nil).replacing("ß", with: "ss")
                .replacing("’", with: "'")
        }
        return plain.split { !$0.isLetter && !$0.isNumber && $0 != "'" }
    }

    /// The words of a sentence. "don't" and "isn't" are their verb and "not"; "dog's" is "dog".
    static func sentence(_ text: some StringProtocol) -> [String] {
        plain(text).flatMap { word in
            if word.hasSuffix("n't") { return [String(word.dropLast(3)), "not"].filter { !$0.isEmpty } }
            return word.split(separator: "'").prefix(1).map(String.init)
        }
    }

    /// The words as they are written, without apostrophes: "it's 5 o'clock" is "it", "5", "oclock".
    package static func words(of text: String) -> [String] {
        plain(text)
            .map { word in word.hasSuffix("'s") ? String(word.dropLast(2)) : String(word).replacing("'", with: "") }
            .filter { !$0.isEmpty }
    }

    /// The words' stems without those that say nothing.
    package static func stems(of text: String) -> [String] {
        words(of: text).filter { !empty.contains($0) }.map(stem)
    }

    /// Words of a tag or caption that are in all of them.
    private static let empty: Set<String> = Set(
        """
        a an the and or of in on at to with by for from into onto over under up down off out near next beside behind front is are was \
        were be been being it its this that these those there here his her their he she they i you we my your our as while very some \
        any several many few lot one two three four five other another each all no not picture photo photograph image view scene \
        music song songs has have had do does top side back
        """.split { $0 == " " || $0 == "\n" }.map(String.init))

    /// Forms that no rule finds: forms.csv.
    private static let irregular: [String: (lemma: String?, stem: String?)] = {
        func cell(_ text: String) -> String? { text.isEmpty ? nil : text }
        let rows = EmbeddedTable(song_forms, columns: 3).rows
        return Dictionary(rows.map { ($0[0], (cell($0[1]), cell($0[2]))) }) { first, _ in first }
    }()

    // MARK: Lemmas

    /// The words that a form of a word may come from, by its ending. A candidate counts only where the lexicon has it, and
    /// the word itself comes first: "evening" is an evening, never an act of evening.
    static func lemmas(of word: String) -> [String] {
        if let known = irregular[word]?.lemma { return [word, known] }
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

    // MARK: Stems

    /// What a word shares with its other forms: "rains", "raining" and "rainy" are "rain". Both sides of a comparison go through here,
    /// so it need not be a word itself. Only ends are cut: "train" never becomes "rain".
    package static func stem(_ word: String) -> String {
        if let known = irregular[word]?.stem { return known }
        var stem = word
        if stem.hasSuffix("ies"), stem.count > 4 {
            stem = stem.dropLast(3) + "y"
        } else if ["sses", "shes", "ches", "xes", "zes"].contains(where: stem.hasSuffix) {
            stem.removeLast(2)
        } else if stem.hasSuffix("s"), stem.count > 3, !["ss", "us", "is"].contains(where: stem.hasSuffix) {
            stem.removeLast()
        }
        for ending in ["ing", "ed"] where stem.hasSuffix(ending) && isStem(stem.dropLast(ending.count)) {
            stem.removeLast(ending.count)
            if let last = stem.last, stem.dropLast().last == last, !"aeiouls".contains(last) { stem.removeLast() }
            break
        }
        if stem.hasSuffix("ly"), stem.count > 5 { stem.removeLast(2) }
        if let known = irregular[stem]?.stem { return known }
        if stem.hasSuffix("e"), stem.count > 3 { stem.removeLast() }
        return stem
    }

    private static func isStem(_ word: Substring) -> Bool {
        word.count >= 3 && word.contains { "aeiouy".contains($0) }
    }
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
