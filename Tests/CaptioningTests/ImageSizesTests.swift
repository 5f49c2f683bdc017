import Imaging
import Testing

@testable import Captioning

@Suite("The size that a request asks for")
struct ImageSizesTests {
    /// Of a model for 28 pixels in patches of 14.
    private let sizes = ImageSizes(trained: 28, range: 14...896, step: 14)

    private func asked(
        _ side: Int?, _ interpolates: Bool? = nil, of own: (Int, Int) = (28, 28), within sizes: ImageSizes?
    ) throws(CaptionError) -> PixelPreparation {
        var limits = ModelDescription.Limits(imageSize: own.0, maxNewTokens: 30)
        limits.imageSizes = sizes
        var options = CaptionOptions()
        (options.imageSize, options.interpolatesPositions) = (side, interpolates)
        return try PixelPreparation(width: own.0, height: own.1).asked(by: options, within: limits)
    }

    @Test(
        "is the model's own where nobody says it, and any multiple of a patch up to the largest",
        arguments: [(Int?.none, 28), (28, 28), (14, 14), (42, 42), (896, 896)])
    func taken(_ side: Int?, _ expected: Int) throws {
        for interpolates in [nil, true] {
            let preparation = try asked(side, interpolates, within: sizes)
            #expect(preparation == PixelPreparation(width: expected, height: expected))
        }
    }

    @Test(
        "is refused with the value and what it may be",
        arguments: [0, -14, 7, 27, 910, .max])
    func refused(_ side: Int) throws {
        let error = #expect(throws: CaptionError.self) { try asked(side, within: sizes) }
        #expect(error?.code == .invalidOption)
        #expect(error?.message == "image_size is \(side); it must be a multiple of 14 from 14 to 896.")
    }

    @Test("is refused by a model that has no other, unless it is its own")
    func fixedModel() throws {
        #expect(try asked(28, within: nil) == PixelPreparation(width: 28, height: 28))
        #expect(try asked(nil, false, within: nil) == PixelPreparation(width: 28, height: 28))
        let size = #expect(throws: CaptionError.self) { try asked(56, within: nil) }
        #expect(size?.message == "image_size is 56; this model takes 28 × 28 pixels only.")
        let positions = #expect(throws: CaptionError.self) { try asked(nil, true, within: nil) }
        #expect(positions?.code == .invalidOption)
        #expect(positions?.message.hasPrefix("interpolate_pos_encoding is true; ") == true)
    }

    @Test("is refused where positions may not be interpolated and it needs that")
    func withoutInterpolation() throws {
        #expect(try asked(28, false, within: sizes).width == 28)
        // 30 pixels have as many whole patches as 28.
        #expect(try asked(nil, false, of: (30, 30), within: sizes).width == 30)
        let refusals = [
            #expect(throws: CaptionError.self) { try asked(56, false, within: sizes) },
            #expect(throws: CaptionError.self) { try asked(nil, false, of: (56, 56), within: sizes) },
        ]
        for error in refusals {
            #expect(error?.code == .invalidOption)
            #expect(
                error?.message
                    == "interpolate_pos_encoding is false; without it this model takes 28 × 28 pixels only, and the picture "
                    + "would have 56 × 56.")
        }
    }

    @Test("may be the one that the model was trained with, even if that is no multiple of its patches")
    func unevenPatches() throws {
        let uneven = ImageSizes(trained: 50, range: 16...1024, step: 16)
        #expect(try asked(50, of: (64, 64), within: uneven).width == 50)
        #expect(throws: CaptionError.self) { try asked(51, of: (64, 64), within: uneven) }
    }
}
