import Foundation
import Imaging

extension SelfTestReport {
    /// Writes a picture as a JPEG, as `/image/process` does, and reads it again.
    func checkRoundTrip() {
        check("Write JPEG") { () throws -> ((), String) in
            guard let text = TestPictures.files[.png], let data = Data(base64Encoded: text) else {
                throw CommandError("The program holds no PNG picture to try.")
            }
            let side = TestPictures.side
            let written = try Picture(bytes: [UInt8](data)).rendition(fitting: (side, side)).jpeg()
            let difference = try TestPictures.largestDifference(try Picture(bytes: written.bytes))
            // Sixteen pixels share one block of colour: far more is lost than in a photograph.
            guard difference <= 64 else {
                throw CommandError(
                    "A JPEG that was written here has colours that are wrong by \(Int(difference)) of 255: reinstall libvips."
                )
            }
            return ((), "\(written.bytes.count) bytes, its colours are right to \(Int(difference.rounded(.up))) of 255")
        }
    }
}
