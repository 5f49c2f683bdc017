public import Captioning
public import Imaging
import Synchronization

/// A model that answers what a test wants, one picture a step.
public final class StubModel: CaptionModel {
    /// Makes the caption of one picture.
    public typealias Answer = @Sendable (_ options: CaptionOptions, _ isCancelled: () -> Bool) throws -> String

    public var description = ModelDescription(
        name: "stub", identity: "stub", architecture: "BLIP-2 (stub)", parameters: 7, isDemo: true,
        placement: .init(device: "cpu", precision: "fp32", memoryBytes: 28),
        limits: .init(imageSize: 8, imageTokens: 4, maxNewTokens: 30))
    public let preparation = PixelPreparation(width: 8, height: 8)
    /// What ``prove()`` does.
    public var proof: @Sendable () throws -> Void = {}
    public var files: (any ModelFiles)?
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

    public func prove() throws { try proof() }
}

/// Files of a model that a test touches and damages.
public final class StubFiles: ModelFiles {
    private let state = Mutex((stamp: "as loaded", damage: (any Error)?.none, isShut: false))
    private let gate = Gate()

    public let loadedStamp = "as loaded"

    /// Makes files that are sound.
    /// - Parameter isShut: whether ``check(isGentle:)`` waits for ``open()``.
    public init(isShut: Bool = false) {
        state.withLock { $0.isShut = isShut }
    }

    public func stamp() -> String { state.withLock(\.stamp) }

    public func check(isGentle: Bool) throws {
        if state.withLock(\.isShut) { gate.wait() }
        if let damage = state.withLock(\.damage) { throw damage }
    }

    /// Lets a check through.
    public func open() { gate.open() }

    /// From now on the files are others.
    /// - Parameter damage: what a check finds; nil for nothing.
    public func touch(_ damage: (any Error)? = nil) {
        state.withLock { state in
            state.stamp += ", and touched"
            state.damage = damage
        }
    }
}
