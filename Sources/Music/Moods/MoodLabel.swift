/// A region of the valence–arousal plane, by the word that people use for it.
///
/// The raw values are part of the HTTP interface.
public enum MoodLabel: String, Sendable, CaseIterable, Codable {
    case joyful, excited, energetic, tense, fierce, gloomy, sad, melancholic, still, calm, serene, content, neutral

    /// The middle of the region.
    public var centre: Affect {
        switch self {
        case .joyful: Affect(valence: 0.8, arousal: 0.3)
        case .excited: Affect(valence: 0.6, arousal: 0.75)
        case .energetic: Affect(valence: 0.1, arousal: 0.75)
        case .tense: Affect(valence: -0.4, arousal: 0.5)
        case .fierce: Affect(valence: -0.65, arousal: 0.8)
        case .gloomy: Affect(valence: -0.6, arousal: -0.55)
        case .sad: Affect(valence: -0.75, arousal: -0.15)
        case .melancholic: Affect(valence: -0.35, arousal: -0.35)
        case .still: Affect(valence: -0.05, arousal: -0.75)
        case .calm: Affect(valence: 0.3, arousal: -0.4)
        case .serene: Affect(valence: 0.65, arousal: -0.6)
        case .content: Affect(valence: 0.55, arousal: -0.1)
        case .neutral: .neutral
        }
    }

    /// The label whose middle lies nearest; of two as near, the one that is listed first.
    public init(of affect: Affect) {
        self = Self.allCases.min { affect.distance(to: $0.centre) < affect.distance(to: $1.centre) } ?? .neutral
    }
}
