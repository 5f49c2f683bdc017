import Testing

@testable import Moods

/// Captions as a captioner words them. All of them were written before the lexicon had seen any.
@Suite("Mood of descriptions")
struct DescriptionTests {
    @Test(
        "Thrilling scenes are pleasant and energetic",
        arguments: [
            "a man riding a wave on top of a surfboard",
            "two children chasing each other through a fountain",
            "a snowboarder in mid-air doing a trick",
            "a crowd of people cheering at a rock concert",
            "a bride throwing her bouquet to the guests",
            "a little girl blowing out the candles on her birthday cake",
            "a group of friends jumping into the ocean",
            "colourful hot air balloons rising at a festival",
            "a young woman laughing on a roller coaster",
            "a dog running through the waves",
        ])
    func thrilling(caption: String) throws {
        let affect = try #require(CaptionMood().reading(of: caption)).affect
        #expect(affect.valence > 0 && affect.arousal > 0, "\(affect)")
    }

    @Test(
        "Soothing scenes are pleasant and calm",
        arguments: [
            "the sun setting over the ocean",
            "a snow covered mountain reflected in a lake",
            "a starry night sky over the mountains",
            "a woman sleeping in a hammock between two palm trees",
            "an empty beach in the early morning",
            "a cup of tea and a book by the window",
            "two elderly people sitting on a bench holding hands",
            "a horse grazing in a grassy field",
            "a stone bridge over a small stream in the forest",
            "a cat curled up in front of a fireplace",
            "a small boat on a still river in the fog",
        ])
    func soothing(caption: String) throws {
        let affect = try #require(CaptionMood().reading(of: caption)).affect
        #expect(affect.valence > 0 && affect.arousal < 0, "\(affect)")
    }

    @Test(
        "Threatening scenes are unpleasant and energetic",
        arguments: [
            "a house on fire with flames coming out of the roof",
            "a man pointing a gun at someone",
            "a tornado touching down near a farm",
            "people running from an explosion",
            "two men fighting in the street",
            "a snarling dog baring its teeth",
            "police officers in riot gear facing protesters",
            "a forest fire burning at night",
            "huge waves crashing against a lighthouse in a storm",
            "a car upside down after an accident",
            "a scary monster with glowing eyes",
        ])
    func threatening(caption: String) throws {
        let affect = try #require(CaptionMood().reading(of: caption)).affect
        #expect(affect.valence < 0 && affect.arousal > 0, "\(affect)")
    }

    @Test(
        "Sad scenes are unpleasant and calm",
        arguments: [
            "an old man sitting alone in a dark room",
            "a graveyard in the fog",
            "a woman in black mourning at a funeral",
            "an abandoned factory with broken windows",
            "rain running down a window on a grey day",
            "a dead bird lying on the ground",
            "a sick boy in a hospital bed",
            "a deserted street on a cold winter night",
            "a broken doll in the dust",
            "a homeless man sleeping on the pavement",
        ])
    func saddening(caption: String) throws {
        let affect = try #require(CaptionMood().reading(of: caption)).affect
        #expect(affect.valence < 0 && affect.arousal < 0, "\(affect)")
    }
}
