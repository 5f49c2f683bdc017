import Generation
import ONNXRuntime

/// What a stage took, beside the least that this machine could take for it just then.
struct StageShare: Encodable {
    /// What holds a stage back: what takes the greater of the two times.
    enum Bound: String, Encodable {
        case arithmetic
        case memory
    }

    let stage: String
    /// Operations of the products with weights.
    let operations: Int
    /// Bytes of the weights that are read whole.
    let bytes: Int
    /// The median of the turns.
    let seconds: Double
    /// What comes of the machine's limits; nothing where the limit for such numbers was not measured.
    let atBest: AtBest?

    struct AtBest {
        /// The median of the turns.
        let seconds: Double
        let bound: Bound
        /// The median of the turns' shares: 1 at the machine's limit.
        let share: Double
    }

    enum CodingKeys: String, CodingKey {
        case stage, operations, bytes, seconds, bound, share
        case leastSeconds = "least_seconds"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stage, forKey: .stage)
        try container.encode(operations, forKey: .operations)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(seconds, forKey: .seconds)
        try container.encodeIfPresent(atBest?.seconds, forKey: .leastSeconds)
        try container.encodeIfPresent(atBest?.bound, forKey: .bound)
        try container.encodeIfPresent(atBest?.share, forKey: .share)
    }

    /// - Parameters:
    ///   - turns: what the stage took in each turn, and the machine's limits just before.
    ///   - isStep: whether this is a step of the decoder, which memory holds back whatever its numbers are: the limit of
    ///     arithmetic is known for integers only.
    init(
        _ work: ModelWork.Stage, turns: [(seconds: Double, limits: MachineLimits)],
        isStep: Bool = false
    ) {
        stage = work.name
        operations = work.operations
        bytes = work.bytes
        seconds = turns.map(\.seconds).median
        guard work.usesIntegers || isStep else {
            atBest = nil
            return
        }
        let reading = turns.map { Double(work.bytes) / $0.limits.readBytesPerSecond }
        let computing = turns.map {
            work.usesIntegers ? Double(work.operations) / $0.limits.integerOperationsPerSecond : 0
        }
        let least = zip(reading, computing).map(max)
        atBest = AtBest(
            seconds: least.median, bound: computing.median > reading.median ? .arithmetic : .memory,
            share: zip(least, turns).map { $0 / $1.seconds }.median)
    }

    /// The shares of all stages of a way's turns.
    static func all(
        _ turns: [(turn: CaptionTurn, limits: MachineLimits)], _ work: [ModelWork.Stage]
    ) -> [StageShare] {
        work.map { work in
            StageShare(
                work, turns: turns.map { ($0.turn[work.name], $0.limits) }, isStep: work.name == CaptionTurn.step)
        }
    }
}
