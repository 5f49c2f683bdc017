/// A point in the plane of core affect (Russell 1980): how pleasant, and how stirred.
public struct Affect: Sendable, Hashable, Codable {
    /// From -1, unpleasant, to 1, pleasant.
    public let valence: Double
    /// From -1, still, to 1, stirred.
    public let arousal: Double

    /// Neither pleasant nor unpleasant, neither still nor stirred.
    public static let neutral = Affect(valence: 0, arousal: 0)

    /// Makes a point; what lies outside of [-1, 1] moves to its edge, and what is no number to the middle.
    public init(valence: Double, arousal: Double) {
        self.valence = Self.bounded(valence)
        self.arousal = Self.bounded(arousal)
    }

    /// The Euclidean distance, 0 to 2√2.
    public func distance(to other: Affect) -> Double {
        let (dv, da) = (valence - other.valence, arousal - other.arousal)
        return (dv * dv + da * da).squareRoot()
    }

    private static func bounded(_ value: Double) -> Double {
        value.isNaN ? 0 : min(max(value, -1), 1)
    }
}

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

/// What a picture feels like, how sure that is, and why.
public struct Mood: Sendable, Hashable {
    /// Where it lies in the plane.
    public let affect: Affect
    /// From 0, nothing was known, to 1.
    public let confidence: Double
    /// The region that the point lies in.
    public let label: MoodLabel
    /// What it was made of, the heaviest first.
    public let contributions: [MoodContribution]

    /// A mood of which nothing is known.
    public static let unknown = Mood(affect: .neutral, confidence: 0, contributions: [])

    /// Makes a mood; its label follows from the point.
    public init(affect: Affect, confidence: Double, contributions: [MoodContribution]) {
        self.affect = affect
        self.confidence = confidence
        self.label = MoodLabel(of: affect)
        self.contributions = contributions
    }
}

/// What one source says about a mood.
public struct MoodContribution: Sendable, Hashable {
    /// What a mood is read from. The raw values are part of the HTTP interface.
    public enum Source: String, Sendable, CaseIterable, Codable {
        /// Words of the caption that the lexicon knows.
        case caption
        /// Lightness and chroma of the picture's colours.
        case colour
        /// Sentences that the caption resembles.
        case anchors
        /// What whoever asked said it is.
        case request
    }

    public let source: Source
    /// The mood as this source alone has it.
    public let affect: Affect
    /// From 0 to 1.
    public let confidence: Double
    /// Its share in the whole, 0 to 1; the shares of a mood add up to 1.
    public let share: Double
    /// What it was read from, in words: "calm", "not crowded", "light and soft colours".
    public let evidence: [String]

    public init(source: Source, affect: Affect, confidence: Double, share: Double, evidence: [String]) {
        self.source = source
        self.affect = affect
        self.confidence = confidence
        self.share = share
        self.evidence = evidence
    }
}
