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
