import Devices

/// How near a model has to come to its reference, at one precision.
///
/// Where numbers are held in full, every number has to be the same but for rounding. Where they are not, each number is a
/// little off, and what counts is that the whole still points where it should; texts may then take another word where
/// two are as good as each other, so that ids are shown and decide nothing.
struct ParityBounds {
    /// What each stage is held to.
    let stages: [ModelStage: ParityReport.Stage.Bound]
    /// Whether other ids are out of bounds.
    let demandsEqualIDs: Bool

    /// The bounds of a precision.
    init(_ precision: Precision) {
        self = Self.byPrecision[precision] ?? Self.rounded(logits: 0.99)
    }

    private init(_ stages: [ModelStage: ParityReport.Stage.Bound], demandsEqualIDs: Bool) {
        self.stages = stages
        self.demandsEqualIDs = demandsEqualIDs
    }

    /// Those of a precision that is not here are those of ``Precision/int8``.
    private static let byPrecision: [Precision: ParityBounds] = [
        .fp32: ParityBounds(
            Dictionary(uniqueKeysWithValues: ModelStage.allCases.map { ($0, .relativeError(1e-4)) }),
            demandsEqualIDs: true),
        .fp16: ParityBounds(
            Dictionary(uniqueKeysWithValues: ModelStage.allCases.map { ($0, .relativeError(1e-2)) }),
            demandsEqualIDs: false),
        .int8: rounded(logits: 0.99),
        .int4: rounded(logits: 0.9),
    ]

    /// - Parameter logits: the least cosine of the first logits.
    private static func rounded(logits: Double) -> ParityBounds {
        ParityBounds(
            [
                .visionHiddenState: .cosine(0.995), .queryOutput: .cosine(0.99), .languageInputs: .cosine(0.99),
                .encoderHiddenState: .cosine(0.99), .firstLogits: .cosine(logits),
            ], demandsEqualIDs: false)
    }

    /// The bound of a stage; every stage has one.
    subscript(stage: ModelStage) -> ParityReport.Stage.Bound { stages[stage] ?? .relativeError(0) }
}
