import Colour
import Testing

@testable import Moods

@Suite("Mood of pictures")
struct MoodReaderTests {
    private func area(_ lightness: Double, _ chroma: Double, share: Double = 1) -> ColourMood.Area {
        ColourMood.Area(colour: LabColour(lightness: lightness, a: chroma, b: 0), share: share)
    }

    @Test("Every label's centre has that label, and every point has a label")
    func labels() {
        for label in MoodLabel.allCases { #expect(MoodLabel(of: label.centre) == label) }
        #expect(MoodLabel(of: Affect(valence: 1, arousal: 1)) == .excited)
        #expect(MoodLabel(of: Affect(valence: -1, arousal: -1)) == .gloomy)
        #expect(MoodLabel(of: Affect(valence: .nan, arousal: .infinity)) == .energetic)
    }

    @Test("Light colours are pleasant and dark ones unpleasant; strong ones are energetic and pale ones calm")
    func colours() throws {
        let mood = ColourMood()
        func affect(_ lightness: Double, _ chroma: Double) throws -> Affect {
            try #require(mood.reading(of: [area(lightness, chroma)])).affect
        }
        #expect(try affect(80, 20).valence > 0.5 && affect(15, 20).valence < -0.5)
        #expect(try affect(50, 60).arousal > 0.5 && affect(50, 2).arousal < -0.5)
        #expect(try affect(46, 22).distance(to: .neutral) < 1e-9)
        #expect(mood.reading(of: []) == nil)
        #expect(mood.reading(of: [area(50, 50, share: 0)]) == nil)
    }

    @Test("Weights colours by their shares, whatever the shares sum to")
    func shares() throws {
        let mood = ColourMood()
        let half = try #require(mood.reading(of: [area(90, 0, share: 0.5), area(10, 0, share: 0.5)]))
        #expect(half == mood.reading(of: [area(50, 0, share: 0.2)]))
        #expect(half == mood.reading(of: [area(90, 0, share: 50), area(10, 0, share: 50)]))
    }

    @Test("Weighs sources by weight and confidence; their shares sum to 1")
    func fusion() {
        let reader = MoodReader()
        let mood = reader.mood(caption: "a sad funeral", palette: [area(95, 70)])
        #expect(mood.contributions.map(\.source) == [.caption, .colour])
        #expect(abs(mood.contributions.reduce(0) { $0 + $1.share } - 1) < 1e-12)
        #expect(mood.affect.valence < 0)
        #expect(mood.contributions[0].evidence == ["sad", "funeral"])
        #expect(mood.contributions[1].evidence == ["light and strong colours"])
        let alone = reader.mood(caption: nil, palette: [area(95, 70)])
        #expect(alone.affect.valence > 0.5 && alone.contributions.map(\.share) == [1])
        #expect(alone.confidence < mood.confidence && mood.confidence <= 1)
    }

    @Test("Without a caption or colours the mood is unknown")
    func nothing() {
        #expect(MoodReader().mood(caption: nil) == .unknown)
        #expect(MoodReader().mood(caption: "xyzzy") == .unknown)
        #expect(Mood.unknown.label == .neutral && Mood.unknown.confidence == 0)
    }

    @Test("Anchor sentences pull the mood towards the ones that are like the caption")
    func anchors() throws {
        let count = Anchors.sentences.count
        #expect(count >= 40 && Set(Anchors.sentences).count == count)
        // Each anchor a direction of its own.
        let embeddings = (0..<count).map { place in (0..<count).map { Float($0 == place ? 1 : 0) } }
        let mood = AnchorMood(embeddings: embeddings)
        for (place, anchor) in Anchors.all.enumerated() {
            let reading = try #require(mood.reading(of: embeddings[place]))
            #expect(reading.affect.distance(to: anchor.affect) < 0.01 && reading.confidence == 1)
            #expect(reading.evidence == ["“\(anchor.sentence)”"])
        }
        #expect(mood.reading(of: [1, 0]) == nil)
        #expect(AnchorMood(embeddings: []).reading(of: [1]) == nil)
        let fused = MoodReader(anchors: mood).mood(caption: nil, embedding: embeddings[0])
        #expect(fused.contributions.map(\.source) == [.anchors])
    }

    @Test("A requested mood is used as it is")
    func request() {
        let mood = MoodReader.requested(Affect(valence: 0.65, arousal: -0.6))
        #expect(mood.label == .serene && mood.confidence == 1 && mood.contributions.map(\.source) == [.request])
    }
}
