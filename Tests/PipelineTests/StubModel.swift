import Blip2
import Foundation
import Imaging
import Synchronization
import Testing

@testable import Pipeline

/// A model that answers what a test wants, one picture a step.
final class StubModel: CaptionModel {
    typealias Answer = @Sendable (_ options: CaptionOptions, _ isCancelled: () -> Bool) throws -> String

    let description = ModelDescription(
        name: "stub", identity: "stub", architecture: "none", parameters: 1, isDemo: true,
        placement: .init(device: "cpu", precision: "fp32", memoryBytes: 4),
        limits: .init(imageSize: 8, queryTokens: 4, maxNewTokens: 30))
    let preparation = PixelPreparation(width: 8, height: 8)
    private let answer: Answer
    private var joined: [CaptionInput] = []

    init(_ answer: @escaping Answer = { _, _ in "a stub" }) {
        self.answer = answer
    }

    func join(_ pictures: [CaptionInput], cancellation: Cancellation) -> [CaptionOutcome] {
        joined += pictures
        return []
    }

    func step(cancellation: Cancellation) throws -> [CaptionOutcome] {
        let picture = joined.removeFirst()
        let result = Result {
            GeneratedCaption(
                text: try answer(picture.options) { cancellation.isCancelled }, tokenIDs: [1, 2, 3])
        }
        if case .failure(let error) = result, error is CancellationError { throw error }
        return [CaptionOutcome(id: picture.id, result: result)]
    }

    func leave(_ id: CaptionInput.ID) { joined.removeAll { $0.id == id } }

    func reset() { joined = [] }
}

/// A door that threads wait at until a test opens it.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// Blocks the calling thread.
    func wait() { semaphore.wait() }

    /// Lets one waiting thread through.
    func open() { semaphore.signal() }
}

/// What happened, in order.
final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

/// The bytes of a file in the folder Fixtures.
func fixture(_ name: String) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    return [UInt8](try Data(contentsOf: folder.appending(path: name)))
}

/// Waits until `condition` holds; records an issue where it does not come to hold within five minutes.
func eventually(
    _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(300)
    while try await !condition() {
        guard .now < end else {
            Issue.record(comment, sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
