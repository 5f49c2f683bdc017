/// How many words two texts have in common: the F1 score of their words as multisets.
///
/// Twice the number of common words over the number of words in both; 1 for the same words in whatever order, 0 for none in
/// common. Words are runs of letters, digits and apostrophes, without regard to case; two texts without any have all in
/// common.
enum WordOverlap {
    static func between(_ one: String, _ other: String) -> Double {
        let (left, right) = (counts(one), counts(other))
        let total = left.values.reduce(0, +) + right.values.reduce(0, +)
        guard total > 0 else { return 1 }
        let common = left.reduce(0) { $0 + min($1.value, right[$1.key] ?? 0) }
        return 2 * Double(common) / Double(total)
    }

    private static func counts(_ text: String) -> [Substring: Int] {
        let words = text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "’") }
        return Dictionary(words.map { ($0, 1) }, uniquingKeysWith: +)
    }
}
