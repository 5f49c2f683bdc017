public import Moods

/// A mood as answers have it.
public struct MoodAnswer: Encodable, Sendable {
    private struct Contribution: Encodable, Sendable {
        let source: String
        let valence: Double
        let arousal: Double
        let confidence: Double
        let share: Double
        let evidence: [String]

        init(_ contribution: MoodContribution) {
            source = contribution.source.rawValue
            valence = contribution.affect.valence.rounded(to: 4)
            arousal = contribution.affect.arousal.rounded(to: 4)
            confidence = contribution.confidence.rounded(to: 4)
            share = contribution.share.rounded(to: 4)
            evidence = contribution.evidence
        }
    }

    private let valence: Double
    private let arousal: Double
    private let confidence: Double
    private let label: String
    private let contributions: [Contribution]

    public init(_ mood: Mood) {
        valence = mood.affect.valence.rounded(to: 4)
        arousal = mood.affect.arousal.rounded(to: 4)
        confidence = mood.confidence.rounded(to: 4)
        label = mood.label.rawValue
        contributions = mood.contributions.map(Contribution.init)
    }
}

extension Double {
    /// With so many decimals: the last bits of a computation say nothing.
    func rounded(to decimals: Int) -> Double {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let value = (self * scale).rounded() / scale
        return value == 0 ? 0 : value  // no -0
    }
}
