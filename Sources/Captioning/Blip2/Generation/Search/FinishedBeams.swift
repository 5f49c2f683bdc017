import Foundation

/// The best texts that have ended so far, as many as there are beams, and whether they can still be bettered.
struct FinishedBeams {
    /// What transformers adds to the scores of what must not win.
    static let hopeless: Float = -1e9

    private struct Place {
        var ids: [Int] = []
        var score = FinishedBeams.hopeless
        var isTaken = false
    }

    private let beamCount: Int
    private let lengthPenalty: Double
    private let earlyStopping: GenerationConfiguration.EarlyStopping
    private let maxNewTokens: Int
    /// The best first.
    private var places: [Place]
    private var isImprovable = true

    init(_ options: GenerationOptions) {
        beamCount = options.beamCount
        lengthPenalty = options.lengthPenalty
        earlyStopping = options.earlyStopping
        maxNewTokens = options.maxNewTokens
        places = Array(repeating: Place(), count: options.beamCount)
    }

    /// Whether no text gets in any more.
    var isClosed: Bool { earlyStopping == .always && places.allSatisfy(\.isTaken) }

    /// Takes in the candidates that ended, if they are among the best of their step and better than those before.
    /// - Parameters:
    ///   - candidates: best first.
    ///   - newCount: the length of their texts.
    ///   - text: the new tokens of a candidate's text.
    mutating func add(_ candidates: [BeamCandidate], newCount: Int, text: (BeamCandidate) -> [Int]) {
        guard !isClosed, isImprovable else { return }
        let ended = candidates.prefix(beamCount).filter(\.isAtEnd)
        guard !ended.isEmpty else { return }
        let penalty = penalty(newCount)
        places += ended.map { Place(ids: text($0), score: $0.score / penalty, isTaken: true) }
        places = places.largest(beamCount, by: \.score).map(\.element)
    }

    /// Whether a text that goes on may still get in.
    /// - Parameters:
    ///   - best: the highest sum of log-probabilities of those that go on.
    ///   - newCount: the length of their texts.
    mutating func canImprove(by best: Float, newCount: Int) -> Bool {
        let length = earlyStopping == .never && lengthPenalty > 0 ? maxNewTokens : newCount
        let possible = best / penalty(length)
        let worst = places.map(\.score).min() ?? Self.hopeless
        isImprovable = isImprovable && places.contains { possible > ($0.isTaken ? worst : Self.hopeless) }
        return isImprovable
    }

    /// The best texts.
    func best(_ count: Int) -> [GeneratedSequence] {
        places.prefix(count).filter(\.isTaken).map { GeneratedSequence(ids: $0.ids, score: $0.score) }
    }

    private func penalty(_ length: Int) -> Float { Float(pow(Double(length), lengthPenalty)) }
}
