import CSongFiles

/// Sentences whose mood is known: Sources/Music/Moods/anchors.csv.
public enum Anchors {
    struct Anchor: Sendable {
        let affect: Affect
        let sentence: String
    }

    /// The sentences, in the order that ``AnchorMood`` wants their embeddings in.
    public static var sentences: [String] { all.map(\.sentence) }

    static let all: [Anchor] = EmbeddedTable(song_anchors, columns: 3).rows.compactMap { row in
        guard let valence = Double(row[0]), let arousal = Double(row[1]) else { return nil }
        return Anchor(affect: Affect(valence: valence, arousal: arousal), sentence: row[2].filter { $0 != "\"" })
    }
}

/// Reads the mood of a caption from the sentences that it resembles.
public struct AnchorMood: Sendable {
    private let embeddings: [[Float]]

    /// How much a similarity that is higher by one counts for more: cosines of such sentences lie within a few tenths.
    private static let sharpness = 16.0

    /// - Parameter embeddings: of ``Anchors/sentences``, each of length 1.
    public init(embeddings: [[Float]]) {
        self.embeddings = embeddings
    }

    /// The mean of the anchors, weighted by e to the power of their similarity; nil where widths differ. The confidence is
    /// that of the best one: 0 at a cosine of .1, 1 at .7.
    func reading(of embedding: [Float]) -> MoodReading? {
        guard embeddings.count == Anchors.all.count, !embeddings.isEmpty,
            embeddings.allSatisfy({ $0.count == embedding.count })
        else { return nil }
        let cosines = embeddings.map { anchor in zip(anchor, embedding).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        }
        let best = cosines.max() ?? 0
        let weights = cosines.map { Exponential.of(Self.sharpness * ($0 - best)) }
        let total = weights.reduce(0, +)
        func mean(_ value: (Affect) -> Double) -> Double {
            zip(weights, Anchors.all).reduce(0) { $0 + $1.0 * value($1.1.affect) } / total
        }
        let nearest = cosines.firstIndex(of: best).map { Anchors.all[$0].sentence } ?? ""
        return MoodReading(
            affect: Affect(valence: mean(\.valence), arousal: mean(\.arousal)),
            confidence: min(max((best - 0.1) / 0.6, 0), 1), evidence: ["“\(nearest)”"])
    }
}
