/// Two words that together mean something else than each of them: a tank top is no tank.
enum Compounds {
    /// What the two words feel like together, ``Affect/neutral`` where they say nothing; nil where they are no compound.
    ///
    /// - Parameters:
    ///   - first: the first word as it stands there.
    ///   - second: the word behind it, of which forms count too: "cell phones".
    static func affect(_ first: String, _ second: String) -> Affect? {
        guard firsts.contains(first) else { return nil }
        for lemma in Lemmas.candidates(of: second) {
            let compound = "\(first) \(lemma)"
            if let affect = felt[compound] { return affect }
            if silent.contains(compound) { return .neutral }
        }
        return nil
    }

    /// Things that nobody minds, whatever they are called after.
    private static let silent: Set<String> = [
        "cell phone", "cell tower", "crash helmet", "dark blue", "dark brown", "dark green", "dark hair", "dark haired",
        "dark suit", "dark wood", "fire alarm", "fire department", "fire engine", "fire escape", "fire extinguisher",
        "fire hydrant", "fire station", "fire truck", "gas tank", "glue gun", "nail gun", "oil tank", "rain boot",
        "rain coat", "rain jacket", "shower head", "star wars", "storage tank", "tank top", "water tank",
    ]

    /// Values in steps of a quarter, as in the lexicon.
    private static let felt: [String: Affect] = [
        "dark chocolate": Affect(valence: 0.5, arousal: 0.25), "fire pit": Affect(valence: 0.5, arousal: -0.25),
        "fish tank": Affect(valence: 0.25, arousal: -0.25), "gray day": Affect(valence: -0.25, arousal: -0.5),
        "gray sky": Affect(valence: -0.25, arousal: -0.5), "grey day": Affect(valence: -0.25, arousal: -0.5),
        "grey sky": Affect(valence: -0.25, arousal: -0.5), "hot dog": Affect(valence: 0.25, arousal: 0),
        "rain forest": Affect(valence: 0.25, arousal: -0.25), "rain running": Affect(valence: -0.25, arousal: -0.25),
        "roller coaster": Affect(valence: 0.5, arousal: 0.75), "running water": Affect(valence: 0.25, arousal: -0.25),
        "squirt gun": Affect(valence: 0.5, arousal: 0.25), "tears running": Affect(valence: -0.5, arousal: -0.25),
        "teddy bear": Affect(valence: 0.5, arousal: -0.25), "traffic jam": Affect(valence: -0.25, arousal: 0.25),
        "water gun": Affect(valence: 0.5, arousal: 0.25), "water running": Affect(valence: 0.25, arousal: -0.25),
        "wild flower": Affect(valence: 0.5, arousal: 0),
    ]

    private static let firsts = Set(
        (Array(silent) + felt.keys).compactMap { $0.split(separator: " ").first.map(String.init) })
}
