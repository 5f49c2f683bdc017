import Testing

@testable import Moods

/// Words that look like another one, or mean another thing beside their neighbour.
@Suite("Misleading words")
struct TrapTests {
    private func reading(_ caption: String) -> MoodReading? { CaptionMood().reading(of: caption) }

    @Test(
        "An inflected form belongs to its own lemma, not to a shorter one",
        arguments: [
            ("hated", "hate"), ("hating", "hate"), ("raging", "rage"), ("skies", "sky"), ("cries", "cry"),
            ("cried", "cry"), ("skating", "skate"), ("boxes", "box"), ("churches", "church"), ("torches", "torch"),
            ("happier", "happy"), ("sunniest", "sunny"), ("calmer", "calm"), ("brightest", "bright"),
            ("riding", "ride"), ("surfing", "surf"), ("swimming", "swim"), ("mountains", "mountain"), ("seas", "sea"),
        ])
    func forms(form: String, lemma: String) {
        #expect(Lexicon.builtIn.entry(form)?.lemma == lemma)
    }

    @Test(
        "A word that only looks like an inflected form has no lemma",
        arguments: ["wares", "sites", "winding", "parked", "parking", "barely", "spring", "flower", "number", "canvas"])
    func endings(word: String) {
        let lemma = Lexicon.builtIn.entry(word)?.lemma
        #expect(lemma == nil || lemma == word, "taken for \(lemma ?? "")")
    }

    @Test(
        "Nouns in -ing and -ed are not verb forms",
        arguments: ["evening", "building", "wedding", "morning", "ceiling", "spring", "speed", "bed", "feed", "seed"])
    func nouns(word: String) {
        let lemma = Lexicon.builtIn.entry(word)?.lemma
        #expect(lemma == nil || lemma == word)
    }

    @Test(
        "A compound such as cell phone does not count as its frightening part",
        arguments: [
            "a man talking on a cell phone", "a woman in a tank top", "two cell phones on a table", "a fish tank",
            "a slice of toast with strawberry jam", "a water gun", "a fire hydrant on the street",
            "a red fire truck", "a crash helmet", "a shower head", "a killer whale",
        ])
    func compounds(caption: String) {
        #expect((reading(caption)?.affect.valence ?? 0) >= 0, "\(String(describing: reading(caption)))")
    }

    @Test("A compound counts once, also inflected; separated words count on their own")
    func together() throws {
        let bear = try #require(reading("two teddy bears"))
        #expect(bear.evidence == ["teddy bears"] && bear.affect.valence > 0 && bear.affect.arousal < 0)
        #expect(reading("no teddy bear")?.evidence == ["not teddy bear"])
        #expect(try #require(reading("a tank, a top")).affect.valence < 0)
        #expect(try #require(reading("a phone in a cell")).affect.valence < 0)
        #expect(reading("cell") != nil && reading("cell phone") == nil)
    }

    @Test(
        "The words train, carpet, cathedral and delicate do not match rain, car or cat",
        arguments: [
            "train", "carpet", "cathedral", "delicate", "brain", "strain", "scar", "warm", "award", "warehouse",
            "skill",
            "begun", "heart", "start", "sunday", "badge", "seat", "season", "nightstand", "firm", "fireplace", "swarm",
        ])
    func parts(word: String) {
        let lemma = Lexicon.builtIn.entry(word)?.lemma
        #expect(lemma == nil || lemma == word, "taken for \(lemma ?? "")")
    }
}
