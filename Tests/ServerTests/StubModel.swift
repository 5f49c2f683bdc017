import Blip2
import Foundation
import Imaging
import Pipeline
import Synchronization

/// A model that answers what a test wants.
final class StubModel: CaptionModel {
    typealias Answer = @Sendable (_ options: CaptionOptions, _ isCancelled: () -> Bool) throws -> String

    let description = ModelDescription(
        name: "stub", architecture: "BLIP-2 (stub)", parameters: 7, isDemo: true,
        placement: .init(device: "cpu", precision: "fp32", memoryBytes: 28),
        limits: .init(imageSize: 8, queryTokens: 4, maxNewTokens: 30))
    let preparation = PixelPreparation(width: 8, height: 8)
    private let answer: Answer

    init(_ answer: @escaping Answer = { _, _ in "a stub" }) {
        self.answer = answer
    }

    func caption(
        pixels: [Float], options: CaptionOptions, cancellation: Cancellation
    ) throws -> GeneratedCaption {
        GeneratedCaption(text: try answer(options) { cancellation.isCancelled }, tokenIDs: [1, 2, 3])
    }
}

/// What happened, in order.
final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

/// The bytes of a picture that the tests of the pipeline use too.
func fixture(_ name: String) throws -> [UInt8] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: tests.appending(path: "PipelineTests/Fixtures/\(name)")))
}
