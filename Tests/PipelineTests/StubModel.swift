import Blip2
import Foundation
import Imaging
import Synchronization

@testable import Pipeline

/// A model that answers what a test wants.
final class StubModel: CaptionModel {
    typealias Answer = @Sendable (_ options: CaptionOptions, _ isCancelled: () -> Bool) throws -> String

    let description = ModelDescription(
        name: "stub", architecture: "none", parameters: 1, isDemo: true,
        placement: .init(device: "cpu", precision: "fp32", memoryBytes: 4),
        limits: .init(imageSize: 8, queryTokens: 4, maxNewTokens: 30))
    let preparation = PixelPreparation(width: 8, height: 8)
    private let answer: Answer

    init(_ answer: @escaping Answer = { _, _ in "a stub" }) {
        self.answer = answer
    }

    func caption(
        pixels: [Float], options: CaptionOptions, cancellation: Cancellation
    ) throws -> GeneratedCaption {
        let text = try answer(options) { cancellation.isCancelled }
        return GeneratedCaption(text: text, tokenIDs: [1, 2, 3])
    }
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
