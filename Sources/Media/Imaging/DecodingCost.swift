/// What decoding a picture takes, read from its header before a decoder has allocated anything.
///
/// JPEG, PNG and TIFF are read line by line and cost a few lines, however many there are. What cannot be is in memory as
/// a whole: GIF, WebP, HEIC and AVIF always, progressive JPEG, interlaced PNG, and TIFF in large pieces. The numbers of bytes a
/// pixel were measured with libvips 8.14.
public struct DecodingCost: Sendable, Equatable {
    /// The most bytes of memory that are needed at a time.
    public var memory: Int
    /// How many pixels are gone through, a progressive JPEG's once for every few of its scans: the time, in pixels.
    public var pixels: Int

    /// A cost of so many bytes and pixels.
    public init(memory: Int, pixels: Int) {
        self.memory = memory
        self.pixels = pixels
    }

    /// The cost of what decodes nothing.
    public static let nothing = DecodingCost(memory: 0, pixels: 0)

    /// The cost of a picture that is `width` × `height` as stored, both within the limits of a header.
    init(_ bytes: [UInt8], _ format: PictureFormat, width: Int, height: Int, tiff: Int?) {
        let area = width * height
        // What any decoder takes: some strips of rows.
        memory = Self.stripBytes * width
        pixels = area
        switch format {
        case .jpeg:
            let frame = JPEGFrame(bytes)
            if frame.isBuffered { memory += 2 * frame.sampleCount(width: width, height: height) }
            pixels = area * max(1, frame.scanCount / Self.scansAsLongAsDecoding)
        case .png:
            let isInterlaced = bytes.count > 28 && bytes[28] != 0
            if isInterlaced { memory += area * Self.pngBytes(bytes) }
        case .gif:
            // Its list of frames grows with the file.
            memory += 5 * area + 8 * bytes.count
        case .webp:
            memory += (WebPFrame(bytes)?.isAnimated == true ? 16 : 8) * area
        case .tiff:
            memory += tiff ?? 8 * area
        case .heic, .avif:
            memory += (Self.hasDeepPixels(bytes) ? 16 : 9) * area
        }
    }

    private static let stripBytes = 1024

    /// About so many scans of a progressive JPEG take as long as its pixels.
    private static let scansAsLongAsDecoding = 10

    /// The bytes of a pixel that an interlaced PNG is unpacked to.
    private static func pngBytes(_ bytes: [UInt8]) -> Int {
        let channels = [0: 2, 2: 4, 3: 4, 4: 2, 6: 4][bytes[25]] ?? 4  // transparency may be added
        return bytes[24] == 16 ? 2 * channels : channels
    }

    /// Whether a HEIF file says that its pixels have more than 8 bits a channel (ISO/IEC 23008-12, 6.5.6).
    private static func hasDeepPixels(_ bytes: [UInt8]) -> Bool {
        let head = bytes.prefix(65_536)
        let name = Array("pixi".utf8)
        var from = head.startIndex
        while let start = head[from...].firstIndex(of: name[0]), start + 9 <= head.count {
            let channels = start + 9 + Int(head[start + 8])
            if head[start..<start + 4].elementsEqual(name), channels <= head.count {
                if head[start + 9..<channels].contains(where: { $0 > 8 }) { return true }
            }
            from = start + 1
        }
        return false
    }
}

/// How a JPEG is coded: what its frame header (ITU-T T.81, B.2.2) and its scans say.
struct JPEGFrame {
    /// Whether all coefficients are kept until the last scan: progressive, or several scans.
    private(set) var isBuffered = false
    private(set) var scanCount = 0
    /// How often each channel is sampled, across and down.
    private var factors: [(across: Int, down: Int)] = []

    init(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { read($0) }
    }

    private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
        var position = 2
        while position + 9 < bytes.count {
            guard bytes[position] == 0xFF else {  // coded data, or bytes between segments
                position += 1
                continue
            }
            let marker = bytes[position + 1]
            let hasLength = marker >= 0xC0 && marker != 0xFF && !(0xD0...0xD9).contains(marker)
            guard hasLength else {
                position += marker == 0xFF ? 1 : 2
                continue
            }
            switch marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF: readFrame(bytes, at: position)
            case 0xDA:
                scanCount += 1
                if Int(bytes[position + 4]) < factors.count { isBuffered = true }
            default: break
            }
            position += 2 + max(2, Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
        }
    }

    private mutating func readFrame(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
        guard factors.isEmpty else { return }
        isBuffered = bytes[position + 1] == 0xC2 || bytes[position + 1] == 0xCA
        let first = position + 10
        for channel in 0..<Int(bytes[position + 9]) where first + 3 * channel + 1 < bytes.count {
            let factor = bytes[first + 3 * channel + 1]
            factors.append((max(1, Int(factor >> 4)), max(1, Int(factor & 15))))
        }
    }

    /// How many samples all channels have together.
    func sampleCount(width: Int, height: Int) -> Int {
        let most = (factors.map(\.across).max() ?? 1, factors.map(\.down).max() ?? 1)
        let area = (width + 64) * (height + 64)  // whole blocks
        guard !factors.isEmpty else { return 4 * area }
        return factors.reduce(0) { $0 + area * $1.across * $1.down / (most.0 * most.1) }
    }
}

/// The size that a WebP claims (RFC 9649, sections 2.5 to 2.7): that of its canvas, or else of its only frame.
struct WebPFrame {
    let width, height: Int
    let isAnimated: Bool

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 30 else { return nil }
        func number(_ position: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
        }
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8X":
            isAnimated = bytes[20] & 2 != 0
            (width, height) = (number(24, 3) + 1, number(27, 3) + 1)
        case "VP8L":
            isAnimated = false
            (width, height) = (number(21, 4) & 0x3FFF + 1, number(21, 4) >> 14 & 0x3FFF + 1)
        case "VP8 ":
            isAnimated = false
            (width, height) = (number(26, 2) & 0x3FFF, number(28, 2) & 0x3FFF)
        default: return nil
        }
    }
}
