import CSongFiles
import Testing

@testable import Moods

@Suite("Mood of captions")
struct CaptionMoodTests {
    @Test(
        "The built-in lexicon is sorted, has no duplicates, values in steps of a quarter, and its source"
    )
    func builtIn() {
        let bytes = UnsafeRawBufferPointer(start: song_lexicon.bytes, count: song_lexicon.length)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines[0].hasPrefix("# ") && lines[1].contains("by hand"))
        let rows = lines.drop { $0.hasPrefix("#") }.dropFirst().map { $0.split(separator: ",") }
        #expect(rows.count >= 800 && rows.count == Lexicon.builtIn.count)
        #expect(rows.map { String($0[0]) } == Lexicon.builtIn.lemmas)
        for row in rows {
            let values = row.dropFirst().compactMap { Double($0) }
            #expect(values.count == 2 && values.allSatisfy { abs($0) <= 1 && ($0 * 4).rounded() == $0 * 4 }, "\(row)")
            #expect(values != [0, 0], "\(row) says nothing")
        }
    }

    @Test("Every row of the embedded tables has all its cells")
    func tables() {
        let files: [(song_file, columns: Int, numbers: Range<Int>)] = [
            (song_compounds, 3, 1..<3), (song_forms, 3, 0..<0), (song_anchors, 3, 0..<2), (song_genres, 3, 1..<3),
            (song_moods, 3, 1..<3), (song_tempos, 3, 1..<3), (song_themes, 2, 0..<0),
        ]
        for (file, columns, numbers) in files {
            let text = String(decoding: UnsafeRawBufferPointer(start: file.bytes, count: file.length), as: UTF8.self)
            let lines = text.split(separator: "\n").drop { $0.hasPrefix("#") }.dropFirst()
            let rows = EmbeddedTable(file, columns: columns).rows
            #expect(rows.count == lines.count && rows.count > 30, "\(lines.first ?? "")")
            for row in rows { #expect(row[numbers].allSatisfy { abs(Double($0) ?? 2) <= 1 }, "\(row)") }
        }
    }

    /// Written before any of them was tried, with the quarter of the plane each must lie in.
    @Test(
        "Captions fall into the expected quadrant of the mood plane",
        arguments: [
            ("children laughing at a birthday party", true, true), ("fireworks over a cheering crowd", true, true),
            ("a dog playing with a ball on the beach", true, true), ("people dancing at a wedding", true, true),
            ("a surfer riding a big wave", true, true), ("a soccer player celebrating a goal", true, true),
            ("a busy street full of taxis at night", true, true), ("a skier jumping off a hill", true, true),
            ("a carnival parade with colorful costumes", true, true), ("a girl jumping on a trampoline", true, true),
            ("a quiet harbour with a sailboat on a cloudless evening", true, false),
            ("a cat sleeping on a sofa", true, false),
            ("cows grazing in a green meadow", true, false), ("a calm lake at sunrise", true, false),
            ("a woman reading a book on a bench in a park", true, false),
            ("a moonlit night over snowy hills", true, false),
            ("a baby asleep under a blanket", true, false), ("sheep on a hillside", true, false),
            ("a candle on a table in a quiet room", true, false), ("a monk meditating in a garden", true, false),
            ("a storm at sea with lightning", false, true), ("soldiers with rifles next to a tank", false, true),
            ("a car crash on the highway", false, true), ("an angry man shouting", false, true),
            ("a burning building with smoke", false, true), ("a flooded street after a hurricane", false, true),
            ("a protest with riot police", false, true), ("an explosion in a city at war", false, true),
            ("a wrecked car in a pile of garbage", false, true), ("a shark attack", false, true),
            ("an old woman crying at a grave", false, false), ("an abandoned house in the rain", false, false),
            ("a lonely man on an empty platform", false, false), ("a funeral procession with a coffin", false, false),
            ("withered leaves on a rainy autumn day", false, false), ("a deserted, desolate road", false, false),
            ("a sad clown sitting alone", false, false), ("a homeless person in the cold", false, false),
            ("a cemetery on a cloudy day", false, false), ("a dead tree in a bleak landscape", false, false),
        ])
    func quarters(caption: String, isPleasant: Bool, isStirred: Bool) throws {
        let affect = try #require(CaptionMood().reading(of: caption)).affect
        #expect((affect.valence > 0) == isPleasant && (affect.arousal > 0) == isStirred, "\(affect)")
    }

    @Test(
        "Parts of words do not match the lexicon",
        arguments: [
            ("train", "rain"), ("carpet", "car"), ("cathedral", "cat"), ("delicate", "cat"), ("password", "word"),
            ("brainstorming", "storm"),
        ])
    func parts(word: String, part: String) {
        let entry = Lexicon.builtIn.entry(word)
        #expect(entry == nil || entry?.lemma == word, "\(word) was taken for \(entry?.lemma ?? "")")
    }

    @Test(
        "Finds inflected forms by their lemmas, and leaves nouns in -ing alone",
        arguments: [
            ("storms", "storm"), ("hurried", "hurry"), ("children", "child"), ("puppies", "puppy"), ("laughs", "laugh"),
            ("skis", "ski"), ("dancers", "dancer"), ("evening", "evening"), ("building", "building"),
            ("wedding", "wedding"),
            ("morning", "morning"), ("peacefully", "peaceful"), ("happily", "happy"), ("running", "run"),
            ("hugged", "hug"), ("chased", "chase"),
        ])
    func lemmas(form: String, lemma: String) {
        let lexicon = Lexicon.builtIn
        #expect(lexicon.entry(form)?.lemma == lemma || (lexicon.entry(lemma) == nil && lexicon.entry(form) == nil))
    }

    @Test("A negation reverses the mood up to three words on, and not further")
    func negation() throws {
        let mood = CaptionMood()
        func valence(_ caption: String) throws -> Double { try #require(mood.reading(of: caption)).affect.valence }
        let happy = try valence("a happy man")
        #expect(try valence("a man who is not happy") == -happy / 2)
        #expect(try valence("he isn't very happy") < 0)
        #expect(try valence("no man here was ever so happy") > 0)
        #expect(try valence("a street without danger") > 0)
        #expect(try #require(mood.reading(of: "not happy")).evidence == ["not happy"])
    }

    @Test("Unknown text has no mood; more known words raise the confidence")
    func confidence() throws {
        let mood = CaptionMood()
        for text in ["", "xyzzy plugh", "?!", "日本", String(repeating: "a ", count: 1000)] {
            #expect(mood.reading(of: text) == nil)
        }
        let few = try #require(mood.reading(of: "a sunset"))
        let many = try #require(mood.reading(of: "a calm sunset over a peaceful lake"))
        #expect(few.confidence > 0 && few.confidence < many.confidence && many.confidence < 1)
    }

    @Test("A custom lexicon overrides the built-in one")
    func ownLexicon() throws {
        let own = try Lexicon(csv: "# mine\nword,valence,arousal\nsunset,-1,1\n\n\"zorple\", 0.5 ,-0.25\nzorple,1,0\n")
        let merged = Lexicon.builtIn.merged(with: own)
        #expect(merged.count == Lexicon.builtIn.count + 1)
        #expect(merged.entry("sunsets")?.affect == Affect(valence: -1, arousal: 1))
        #expect(merged.entry("zorple")?.affect == Affect(valence: 1, arousal: 0))
        #expect(merged.entry("calm")?.affect == Lexicon.builtIn.entry("calm")?.affect)
    }

    @Test(
        "Names the malformed line of a lexicon",
        arguments: ["calm,2,0", "calm,0", "calm,x,0", ",0,0", "two words,0,0", "calm,nan,0", "calm,0,0,0"])
    func badLexicon(line: String) {
        let error = #expect(throws: MoodsError.self) { try Lexicon(csv: "word,valence,arousal\nsea,0,0\n\(line)\n") }
        #expect(error?.code == .unreadableLexicon)
        #expect(error?.message.hasPrefix("Line 3") == true)
    }
}
