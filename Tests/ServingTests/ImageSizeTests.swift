import Captioning
import Imaging
import Logging
import StandIns
import Testing

@testable import Serving

/// A model whose caption is how many pixels it was given.
private final class PixelCountingModel: CaptionModel {
    var description = StubModel().description
    let preparation = PixelPreparation(width: 8, height: 8)
    private var joined: [CaptionInput] = []

    init() {
        description.limits.imageSizes = ImageSizes(trained: 8, range: 4...64, step: 4)
    }

    func join(_ pictures: [CaptionInput], cancellation: Cancellation) -> [CaptionOutcome] {
        joined += pictures
        return []
    }

    func step(cancellation: Cancellation) -> [CaptionOutcome] {
        defer { joined = [] }
        return joined.map {
            CaptionOutcome(
                id: $0.id, result: .success(GeneratedCaption(text: "\($0.pixels.count / 3)", tokenIDs: [1])))
        }
    }

    func leave(_ id: CaptionInput.ID) {}
    func reset() { joined = [] }
}

@Suite("Pictures at the size that is asked for")
struct ImageSizeTests {
    private func captioner() async -> Captioner {
        var configuration = Captioner.Configuration()
        configuration.timeout = .endless
        let captioner = Captioner(configuration: configuration, logger: Logger(label: "test")) { _ in
            PixelCountingModel()
        }
        await captioner.start()
        return captioner
    }

    private func options(_ side: Int?) -> CaptionOptions {
        var options = CaptionOptions()
        options.imageSize = side
        return options
    }

    @Test("A picture is prepared at its request's own size")
    func prepares() async throws {
        let captioner = await captioner()
        let bytes = try fixture("gradient.jpg")
        for (side, count) in [(Int?.none, 64), (16, 256), (4, 16), (64, 4096)] {
            #expect(try await captioner.caption(bytes, options: options(side)).caption == "\(count)")
        }
    }

    @Test("A size that the model does not take is refused before the picture is read")
    func refuses() async throws {
        let captioner = await captioner()
        let error = await #expect(throws: ServingError.self) {
            try await captioner.caption(Array("no picture".utf8), options: options(6))
        }
        #expect(error?.code == .invalidOption)
        #expect(error?.message == "image_size is 6; it must be a multiple of 4 from 4 to 64.")
    }
}
