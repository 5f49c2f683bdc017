import Foundation
import Imaging

extension SelfTestReport {
    /// Reads a tiny picture of each format and looks at its colours.
    func checkPictures() {
        for format in PictureFormat.allCases {
            check("Read \(format.name)") { () throws -> ((), String) in
                guard let text = TestPictures.files[format], let data = Data(base64Encoded: text) else {
                    throw CommandError("The program holds no \(format.name) picture to try.")
                }
                let picture = try Picture(bytes: [UInt8](data))
                guard picture.format == format, picture.width == TestPictures.side, picture.height == TestPictures.side
                else {
                    throw CommandError(
                        "A \(format.name) of \(TestPictures.side) × \(TestPictures.side) pixels was read as a "
                            + "\(picture.format.name) of \(picture.width) × \(picture.height).")
                }
                let difference = try TestPictures.largestDifference(picture)
                guard difference <= TestPictures.tolerance else {
                    throw CommandError(
                        "The colours of a \(format.name) are wrong by up to \(Int(difference)) of 255: libvips, or the "
                            + "library that it reads this format with, is damaged; reinstall it.")
                }
                return ((), "its colours are right to \(Int(difference.rounded(.up))) of 255")
            }
        }
    }
}

extension TestPictures {
    /// By how much a lossy format may change a colour, of 255.
    static let tolerance: Float = 12

    /// The largest difference between a picture's colours in the middle of its quarters and what they should be.
    static func largestDifference(_ picture: Picture) throws -> Float {
        var preparation = PixelPreparation(width: side, height: side)
        preparation.mean = [0, 0, 0]
        preparation.standardDeviation = [1, 1, 1]
        let pixels = try picture.pixels(preparation)  // [3, side, side]
        var largest: Float = 0
        for (quarter, colour) in quarters.enumerated() {
            let x = side / 4 + quarter % 2 * side / 2
            let y = side / 4 + quarter / 2 * side / 2
            for channel in 0..<3 {
                let value = pixels[(channel * side + y) * side + x] * 255
                largest = max(largest, abs(value - colour[channel]))
            }
        }
        return largest
    }
}
