public import Blip2
public import Imaging
public import Pipeline

/// A model that answers what a test wants, one picture a step.
public final class StubModel: CaptionModel {
    /// Makes the caption of one picture.
    public typealias Answer = @Sendable (_ options: CaptionOptions, _ isCancelled: () -> Bool) throws -> String

    public var description = ModelDescription(
        name: "stub", identity: "stub", architecture: "BLIP-2 (stub)", parameters: 7, isDemo: true,
        placement: .init(device: "cpu", precision: "fp32", memoryBytes: 28),
        limits: .init(imageSize: 8, queryTokens: 4, maxNewTokens: 30))
    public let preparation = PixelPreparation(width: 8, height: 8)
    private let answer: Answer
    private var joined: [CaptionInput] = []

    /// Makes a model; the captioner's warm-up is the first that it answers.
    public init(_ answer: @escaping Answer = { _, _ in "a stub" }) {
        self.answer = answer
    }

    public func join(_ pictures: [CaptionInput], cancellation: Cancellation) -> [CaptionOutcome] {
        joined += pictures
        return []
    }

    public func step(cancellation: Cancellation) throws -> [CaptionOutcome] {
        let picture = joined.removeFirst()
        let result = Result {
            GeneratedCaption(
                text: try answer(picture.options) { cancellation.isCancelled }, tokenIDs: [1, 2, 3])
        }
        if case .failure(let error) = result, error is CancellationError { throw error }
        return [CaptionOutcome(id: picture.id, result: result)]
    }

    public func leave(_ id: CaptionInput.ID) { joined.removeAll { $0.id == id } }

    public func reset() { joined = [] }
}
