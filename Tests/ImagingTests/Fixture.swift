import Foundation
import Imaging
import Testing

/// A picture that `Fixtures/make_fixtures.py` drew, and what transformers' image processor made of it.
struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let format: String
    /// As seen, after the EXIF orientation.
    let width, height: Int

    /// The side of every reference, in pixels.
    static let referenceSize = 56

    /// All of them, in the script's order.
    static let all: [Fixture] = {
        guard let list = try? JSONDecoder().decode([Fixture].self, from: Data(contentsOf: file("cases.json"))) else {
            return []  // a test counts them
        }
        return list
    }()

    var testDescription: String { name }

    var bytes: [UInt8] { get throws { try Self.bytes(name) } }

    /// 8-bit, `[56, 56, 3]`.
    var reference: [UInt8] { get throws { try Self.bytes(name + ".rgb") } }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: file(name)))
    }

    private static func file(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
    }
}

extension PixelPreparation {
    /// The resized 8-bit values themselves: nothing rescaled, nothing normalised.
    static func eightBit(width: Int, height: Int) -> PixelPreparation {
        var preparation = PixelPreparation(width: width, height: height)
        preparation.rescaleFactor = 1
        preparation.mean = [0, 0, 0]
        preparation.standardDeviation = [1, 1, 1]
        return preparation
    }
}

/// The code of the error that reading and preparing the bytes ends with, or nothing where pixels come out.
func refusal(of bytes: [UInt8], limits: PictureLimits = PictureLimits()) -> ImagingError.Code? {
    do throws(ImagingError) {
        _ = try Picture(bytes: bytes, limits: limits).pixels(PixelPreparation(width: 24, height: 24))
        return nil
    } catch {
        return error.code
    }
}
