public import Colour
import Imaging
import Moods
public import Serving

/// The answer of `POST /image/process`, and of the command `process --json`.
public struct ProcessAnswer: Encodable, Sendable {
    private let success = true
    private let originalImage: ImageInfo
    private let processedImage: ProcessedImage
    private let dominantColors: [DominantColor]
    /// The colours' alone.
    private let mood: MoodAnswer
    private let processingTime: Double
    private let timestamp = WireFormat.now()

    enum CodingKeys: String, CodingKey {
        case success, mood, timestamp
        case originalImage = "original_image"
        case processedImage = "processed_image"
        case dominantColors = "dominant_colors"
        case processingTime = "processing_time_seconds"
    }

    /// What is told of a picture.
    ///
    /// - Parameters:
    ///   - fileName: the client's name for it.
    ///   - total: how long it took.
    public init(_ picture: ProcessedPicture, fileName: String, total: Duration) {
        originalImage = ImageInfo(picture.original, fileName: fileName)
        processedImage = ProcessedImage(picture)
        dominantColors = picture.palette.map(DominantColor.init)
        mood = MoodAnswer(MoodReader().mood(caption: nil, palette: picture.palette.map(ColourMood.Area.init)))
        processingTime = WireFormat.seconds(total)
    }
}

/// The JPEG that was made.
private struct ProcessedImage: Encodable {
    /// Width and height.
    let size: [Int]
    let format = "JPEG"
    let fileSize: Int
    /// How many times smaller it is than the file that was sent.
    let compressionRatio: Double
    /// From 1 to 100, as libjpeg counts.
    let quality: Int

    enum CodingKeys: String, CodingKey {
        case size, format, quality
        case fileSize = "file_size"
        case compressionRatio = "compression_ratio"
    }

    init(_ picture: ProcessedPicture) {
        size = [picture.width, picture.height]
        fileSize = picture.jpeg.bytes.count
        compressionRatio = (picture.compressionRatio * 1000).rounded() / 1000
        quality = picture.jpeg.quality
    }
}

/// A colour as answers have it.
public struct DominantColor: Encodable, Sendable {
    private let rgb: [UInt8]
    private let hex: String
    /// Of all pixels; those of one picture make 100, but for rounding.
    private let percentage: Double
    private let name: String

    public init(_ colour: PaletteColour) {
        rgb = [colour.colour.red, colour.colour.green, colour.colour.blue]
        hex = colour.colour.hex
        percentage = (colour.share * 10_000).rounded() / 100
        name = colour.name
    }
}
