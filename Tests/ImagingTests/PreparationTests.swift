import Imaging
import Testing

struct PreparationTests {
    @Test("Pillow's resample numbers map to its kernels")
    func namesKernels() throws {
        let kernels = try (0...5).map { try ResampleKernel(resample: $0) }
        #expect(kernels == [.nearest, .lanczos, .bilinear, .bicubic, .box, .hamming])
    }

    @Test("Refuses a resample number that Pillow does not know", arguments: [-1, 6])
    func refusesKernel(resample: Int) throws {
        let error = try #require(throws: ImagingError.self) { try ResampleKernel(resample: resample) }
        #expect(error.code == .unsupportedPreparation)
        #expect(error.message.contains("resample = \(resample)"))
    }

    /// Preparations that no picture, or not one of 64 × 80, can be given.
    static let impossible: [PixelPreparation] = {
        func changed(_ change: (inout PixelPreparation) -> Void) -> PixelPreparation {
            var preparation = PixelPreparation(width: 100, height: 100)
            change(&preparation)
            return preparation
        }
        return [
            changed { $0.width = 0 }, changed { $0.height = 1 << 40 }, changed { $0.mean = [0] },
            changed { $0.standardDeviation = [1, 0, 1] }, changed { $0.rescaleFactor = .nan },
            changed { $0.fit = .unresized }, changed { $0.fit = .shortestEdge(99) },
            changed { $0.fit = .shortestEdge(0) }, changed { $0.fit = .shortestEdge(.max) },
        ]
    }()

    @Test("Refuses an impossible preparation", arguments: impossible)
    func refusesPreparation(preparation: PixelPreparation) throws {
        let picture = try Picture(bytes: Fixture.bytes("rgb.png"))
        let error = try #require(throws: ImagingError.self) { try picture.pixels(preparation) }
        #expect(error.code == .unsupportedPreparation)
    }

    @Test("Another size is that of the resize; a centre that is cut out stays the same part of the picture")
    func resizes() {
        var own = PixelPreparation(width: 224, height: 224)
        own.mean = [0, 0, 0]
        let larger = own.resized(toSquare: 448)
        #expect(larger.width == 448 && larger.height == 448 && larger.fit == .exact && larger.mean == own.mean)
        own.fit = .shortestEdge(256)
        #expect(own.resized(toSquare: 448).fit == .shortestEdge(512))
        #expect(own.resized(toSquare: 14).fit == .shortestEdge(16))
        own.fit = .unresized
        #expect(own.resized(toSquare: 448).fit == .exact)
    }

    @Test("Refuses a shortest edge that would enlarge a long picture too much")
    func refusesBlowUp() throws {
        var preparation = PixelPreparation(width: 224, height: 224)
        preparation.fit = .shortestEdge(224)
        let picture = try Picture(bytes: Fixture.bytes("long.png"))  // 1000 × 5
        let error = try #require(throws: ImagingError.self) { try picture.pixels(preparation) }
        #expect(error.code == .unsupportedPreparation)
    }
}
