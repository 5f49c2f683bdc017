import Blip2
import ONNXRuntime

/// What a stage took, beside the least that this machine could take for it.
struct StageShare: Encodable {
    /// What holds a stage back: the greater of the two times.
    enum Bound: String, Encodable {
        case arithmetic
        case memory
    }

    let stage: String
    /// Operations of the products with weights.
    let operations: Int
    /// Bytes of the weights that are read whole.
    let bytes: Int
    let seconds: Double
    /// Nothing where the machine's limit for such numbers was not measured.
    let leastSeconds: Double?
    let bound: Bound?

    /// 1 at the machine's limit.
    var share: Double? { leastSeconds.map { $0 / seconds } }

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
        try container.encodeIfPresent(leastSeconds, forKey: .leastSeconds)
        try container.encodeIfPresent(bound, forKey: .bound)
        try container.encodeIfPresent(share, forKey: .share)
    }

    /// - Parameter isStep: whether this is a step of the decoder, which memory holds back whatever its numbers are: the
    ///   limit of arithmetic is known for integers only.
    init(_ stage: String, _ work: ModelWork.Stage, seconds: Double, isStep: Bool = false, limits: MachineLimits) {
        self.stage = stage
        self.seconds = seconds
        operations = work.operations
        bytes = work.bytes
        guard work.usesIntegers || isStep else {
            leastSeconds = nil
            bound = nil
            return
        }
        let reading = Double(work.bytes) / limits.readBytesPerSecond
        let computing = work.usesIntegers ? Double(work.operations) / limits.integerOperationsPerSecond : 0
        leastSeconds = max(reading, computing)
        bound = computing > reading ? .arithmetic : .memory
    }

    /// The shares of all stages of a turn.
    static func all(_ turn: CaptionTurn, _ work: ModelWork.Stages, limits: MachineLimits) -> [StageShare] {
        [
            StageShare("vision", work.vision, seconds: turn.vision, limits: limits),
            StageShare("Q-Former", work.qFormer, seconds: turn.qFormer, limits: limits),
            StageShare("prefill", work.prefill, seconds: turn.prefill, limits: limits),
            StageShare("decode step", work.step, seconds: turn.step, isStep: true, limits: limits),
        ]
    }
}
