import Testing

@testable import Workbench

@Suite("Word overlap")
struct WordOverlapTests {
    private static let pairs: [(String, String, Double)] = [
        ("a dog on a beach", "a dog on a beach", 1), ("A dog, on the beach.", "the beach on a dog", 1),
        ("a dog", "two cats", 0), ("a dog", "a cat", 0.5), ("a a a", "a", 0.5), ("", "", 1), ("", "a dog", 0),
        ("…", "!", 1), ("the dog's bone", "the dog bone", 2.0 / 3),
    ]

    @Test("Word overlap is twice the common words over all words", arguments: pairs)
    func areCounted(_ one: String, _ other: String, _ share: Double) {
        #expect(abs(WordOverlap.between(one, other) - share) < 1e-12)
        #expect(abs(WordOverlap.between(other, one) - share) < 1e-12)
    }
}
