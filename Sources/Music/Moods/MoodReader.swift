import Foundation

/// Reads the mood of a picture from all that is known of it.
public struct MoodReader: Sendable {
    private let caption: CaptionMood
    private let colour = ColourMood()
    private let anchors: AnchorMood?

    /// What each source counts for, before its confidence.
    private static let priors: [MoodContribution.Source: Double] = [.caption: 0.60, .colour: 0.25, .anchors: 0.15]

    /// - Parameters:
    ///   - lexicon: the words that are known.
    ///   - anchors: with embeddings, where there is a model for them.
    public init(lexicon: Lexicon = .builtIn, anchors: AnchorMood? = nil) {
        caption = CaptionMood(lexicon: lexicon)
        self.anchors = anchors
    }

    /// The mood: x = Σ w·c·x / Σ w·c over the sources that say something, with w from above and c their confidence. With none of
    /// them it is neutral, and its confidence 0.
    ///
    /// - Parameters:
    ///   - caption: what the picture shows, in English.
    ///   - palette: its colours and their shares.
    ///   - embedding: of the caption, by the model that embedded the anchors.
    public func mood(caption text: String?, palette: [ColourMood.Area] = [], embedding: [Float]? = nil) -> Mood {
        var readings: [(source: MoodContribution.Source, reading: MoodReading)] = []
        if let reading = text.flatMap(caption.reading(of:)) { readings.append((.caption, reading)) }
        if let reading = colour.reading(of: palette) { readings.append((.colour, reading)) }
        if let reading = embedding.flatMap({ anchors?.reading(of: $0) }) { readings.append((.anchors, reading)) }
        let weights = readings.map { (Self.priors[$0.source] ?? 0) * $0.reading.confidence }
        let total = weights.reduce(0, +)
        guard total > 0 else { return .unknown }
        func mean(_ value: (Affect) -> Double) -> Double {
            zip(weights, readings).reduce(0) { $0 + $1.0 * value($1.1.reading.affect) } / total
        }
        let contributions = zip(weights, readings).map { weight, part in
            MoodContribution(
                source: part.source, affect: part.reading.affect, confidence: part.reading.confidence,
                share: weight / total,
                evidence: part.reading.evidence)
        }
        return Mood(
            affect: Affect(valence: mean(\.valence), arousal: mean(\.arousal)), confidence: min(total, 1),
            contributions: contributions.sorted { $0.share > $1.share })
    }

    /// A mood that somebody asked for.
    public static func requested(_ affect: Affect) -> Mood {
        let contribution = MoodContribution(source: .request, affect: affect, confidence: 1, share: 1, evidence: [])
        return Mood(affect: affect, confidence: 1, contributions: [contribution])
    }
}

/// What one source says of a mood, before it is weighed against others.
struct MoodReading: Sendable, Hashable {
    let affect: Affect
    /// From 0 to 1.
    let confidence: Double
    let evidence: [String]
}

/// Functions of the C library, rounded so that the last bits, in which libraries differ, do not show.
enum Exponential {
    static func of(_ x: Double) -> Double { rounded(exp(x)) }
    static func tanh(_ x: Double) -> Double { rounded(Foundation.tanh(x)) }

    private static func rounded(_ x: Double) -> Double { (x * 1e12).rounded() / 1e12 }
}
