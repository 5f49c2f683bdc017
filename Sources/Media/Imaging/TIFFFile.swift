import CImageCodecs

/// The first page of a TIFF: how its samples are laid out and what they mean, by its tags and nothing else.
///
/// libvips reads most pages rightly, strip by strip, and reads those. It takes fourth channels for transparency, YCbCr
/// for RGB, the values of floats for light that is not yet encoded, and knows neither half and double floats nor 12 bits. These
/// are read here, with libtiff, into 8-bit pixels; see ``Reading``.
struct TIFFFile: ~Copyable {
    /// How the page is read.
    enum Reading: Equatable {
        /// By libvips: the first `colours` channels, and the one behind them where it is transparency.
        case libvips(colours: Int, hasAlpha: Bool)
        /// Sample by sample: `colours` channels, and the channel with this number as transparency.
        case samples(colours: Int, alpha: Int?)
        /// By libtiff's own conversion to 8-bit RGBA.
        case rgba
        /// Not at all, for this reason: "its colours are CIELAB".
        case unsupported(String)
    }

    private let file: OpaquePointer
    private let layout: ctiff_layout
    let reading: Reading

    /// Reads the first directory; nothing where there is none. The bytes must outlive the file.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let file = ctiff_open(bytes.baseAddress, bytes.count) else { return nil }
        self.file = file
        layout = ctiff_read_layout(file)
        reading = Self.reading(layout)
    }

    deinit { ctiff_close(file) }

    var width: Int { Int(layout.width) }
    var height: Int { Int(layout.height) }
    var orientation: Orientation { Orientation(tag: Int(layout.orientation)) }
    /// Whether all of its data lies within the file.
    var isWhole: Bool { ctiff_is_whole(file) != 0 }
    /// The bytes of a strip or tile when it is decoded.
    var chunkByteCount: Int { Int(clamping: layout.chunk_bytes) }
    /// The bytes of all strips or tiles that lie side by side.
    var chunkRowByteCount: Int {
        let across = layout.chunk_width == 0 ? 1 : (width + Int(layout.chunk_width) - 1) / Int(layout.chunk_width)
        let planes = layout.is_planar != 0 ? Int(layout.samples) : 1
        let bytes = (across * planes).multipliedReportingOverflow(by: chunkByteCount)
        return bytes.overflow ? .max : bytes.partialValue
    }

    /// The tags' numbers, as TIFF 6.0 and its supplements give them.
    private enum Photometric {
        static let whiteIsZero: UInt16 = 0
        static let blackIsZero: UInt16 = 1
        static let rgb: UInt16 = 2
        static let palette: UInt16 = 3
        static let mask: UInt16 = 4
        static let separated: UInt16 = 5
        static let yCbCr: UInt16 = 6
        static let lab: UInt16 = 8
        static let logLuminance: UInt16 = 32_844
        static let logLuv: UInt16 = 32_845

        static let names: [UInt16: String] = [
            mask: "a transparency mask", 9: "ICC LAB", 10: "ITU LAB",
            32_803: "the raw values of a sensor",
            34_892: "the raw values of a sensor", 51_177: "a depth map",
        ]
    }

    private enum SampleFormat {
        static let unsigned: UInt16 = 1
        static let signed: UInt16 = 2
        static let float: UInt16 = 3
        static let untyped: UInt16 = 4
    }

    private enum Compression {
        static let oldJPEG: UInt16 = 6
        static let jpeg: UInt16 = 7
    }

    /// Decides how a page is read.
    private static func reading(_ layout: ctiff_layout) -> Reading {
        guard !hasHugeChunks(layout) else { return .unsupported("its tiles are far larger than the picture") }
        guard layout.is_decodable != 0 else {
            return .unsupported("its compression, number \(layout.compression), is not one that libtiff decodes here")
        }
        let isOfBytes = layout.bits == 8 && isUnsigned(layout)
        switch layout.photometric {
        case Photometric.yCbCr where layout.compression == Compression.jpeg:
            return isOfBytes
                ? .libvips(colours: 3, hasAlpha: false) : .unsupported("it is a JPEG of \(layout.bits) bits")
        case Photometric.yCbCr, Photometric.logLuminance, Photometric.logLuv:
            return layout.has_rgba != 0 ? .rgba : .unsupported("libtiff cannot turn its colours into RGB")
        case _ where layout.compression == Compression.oldJPEG:
            return layout.has_rgba != 0 ? .rgba : .unsupported("its compression is JPEG of the kind before 1995")
        case Photometric.lab where layout.samples == 3 && layout.is_planar == 0 && isOfBytes:
            return .libvips(colours: 4, hasAlpha: false)  // libvips packs 10 or 11 bits a channel into four bytes
        case Photometric.lab:
            return .unsupported("its colours are CIELAB of \(layout.bits) bits in \(layout.samples) channels")
        case Photometric.palette:
            let isPlain = layout.samples == 1 && isUnsigned(layout) && [1, 2, 4, 8].contains(layout.bits)
            return isPlain && !isTiledByPlanes(layout)
                ? .libvips(colours: 3, hasAlpha: false)
                : .unsupported("its palette has \(layout.bits) bits and \(layout.samples) channels")
        case Photometric.whiteIsZero, Photometric.blackIsZero:
            return readingOfSamples(layout, colours: 1)
        case Photometric.rgb:
            return readingOfSamples(layout, colours: 3)
        case Photometric.separated where layout.ink_set <= 1 && layout.samples >= 4:
            return readingOfSamples(layout, colours: 4)
        case Photometric.separated:
            return .unsupported("its inks are not cyan, magenta, yellow and black")
        default:
            let name = Photometric.names[layout.photometric] ?? "of the kind \(layout.photometric)"
            return .unsupported("its colours are \(name)")
        }
    }

    private static func readingOfSamples(_ layout: ctiff_layout, colours: Int) -> Reading {
        guard Int(layout.samples) >= colours else {
            return .unsupported("it has \(layout.samples) channels where its colours need \(colours)")
        }
        guard isReadable(layout) else {
            return .unsupported(
                "its samples have \(layout.bits) bits in the format number \(layout.sample_format)")
        }
        let extras = [layout.extras.0, layout.extras.1, layout.extras.2, layout.extras.3]
            .prefix(Int(min(layout.extra_count, 4)))
        // 1: premultiplied, 2: not. Anything else, or nothing, is a channel of its own: infrared, depth, a spot colour.
        let alpha = colours == 4 ? nil : extras.firstIndex { $0 == 1 || $0 == 2 }
        let isWhole = layout.bits == 8 || layout.bits == 16 && layout.photometric != Photometric.separated
        let isSmall = [1, 2, 4].contains(layout.bits) && layout.samples == 1
        if isUnsigned(layout), isWhole || isSmall, !isTiledByPlanes(layout), Int(layout.samples) <= colours + 1 {
            return .libvips(colours: colours, hasAlpha: alpha != nil)
        }
        guard layout.compression != Compression.jpeg else { return .unsupported("it is a JPEG of \(layout.bits) bits") }
        let channel = alpha.map { $0 + colours }
        return .samples(colours: colours, alpha: channel.flatMap { $0 < Int(layout.samples) ? $0 : nil })
    }

    /// Whether a strip or tile takes many times what the picture does: a small file could claim any amount of memory by that.
    private static func hasHugeChunks(_ layout: ctiff_layout) -> Bool {
        let pictureBits =
            Double(layout.width) * Double(layout.height) * Double(layout.samples) * Double(layout.bits)
        return Double(layout.chunk_bytes) > max(0x1p26, pictureBits)
    }

    private static func isUnsigned(_ layout: ctiff_layout) -> Bool {
        [SampleFormat.unsigned, SampleFormat.untyped].contains(layout.sample_format)
    }

    private static func isTiledByPlanes(_ layout: ctiff_layout) -> Bool {
        layout.is_tiled != 0 && layout.is_planar != 0 && layout.samples > 1
    }

    private static func isReadable(_ layout: ctiff_layout) -> Bool {
        switch layout.sample_format {
        case SampleFormat.float: [16, 32, 64].contains(layout.bits)
        case SampleFormat.signed: (2...16).contains(layout.bits) || [24, 32, 64].contains(layout.bits)
        case SampleFormat.unsigned, SampleFormat.untyped:
            (1...16).contains(layout.bits) || [24, 32, 64].contains(layout.bits)
        default: false
        }
    }
}

// MARK: - Pixels

/// A picture's pixels in memory, 8 bits a channel.
struct Raster {
    let width, height: Int
    /// 1 (grey), 2 (with transparency), 3 (RGB), 4 (with transparency, or CMYK).
    let channels: Int
    let isCMYK: Bool
    var values: [UInt8]  // [height, width, channels]
    /// The colour profile; empty where there is none.
    var profile: [UInt8] = []
}

extension TIFFFile {
    /// Decodes a page that is read here and not by libvips. Nothing where decoding fails. Blocks.
    func raster() -> Raster? {
        switch reading {
        case .rgba: converted()
        case .samples(let colours, let alpha): sampled(colours: colours, alpha: alpha)
        case .libvips, .unsupported: nil
        }
    }

    /// The bytes of memory that decoding takes: of a page that is read here the whole picture, of others two rows of
    /// strips or tiles.
    var memory: Int {
        let pixels = width.multipliedReportingOverflow(by: height)
        guard !pixels.overflow, pixels.partialValue < 1 << 40 else { return .max }
        let chunk = min(chunkByteCount, 1 << 50)
        switch reading {
        case .unsupported: return 0
        case .libvips: return 2 * min(chunkRowByteCount, 1 << 50)
        case .rgba: return 8 * pixels.partialValue + chunk
        case .samples(let colours, let alpha):
            return (colours + (alpha == nil ? 0 : 1)) * pixels.partialValue + chunk
        }
    }

    private func converted() -> Raster? {
        var pixels = [UInt32](repeating: 0, count: width * height)
        guard pixels.withUnsafeMutableBufferPointer({ ctiff_read_rgba(file, $0.baseAddress) }) == 0 else { return nil }
        // Transparency is multiplied into the colours here, so white is added: what is left of them lies on white.
        let values = [UInt8](unsafeUninitializedCapacity: 3 * pixels.count) { values, count in
            for pixel in pixels {
                let white = 255 - pixel >> 24
                for channel in 0..<3 {
                    let value = pixel >> (8 * UInt32(channel)) & 255 + white
                    values.initializeElement(at: count, to: UInt8(min(value, 255)))
                    count += 1
                }
            }
        }
        return Raster(width: width, height: height, channels: 3, isCMYK: false, values: values)
    }

    private func sampled(colours: Int, alpha: Int?) -> Raster? {
        guard let scale = scale(colours: colours) else { return nil }
        let channels = colours + (alpha == nil ? 0 : 1)
        var raster = Raster(
            width: width, height: height, channels: channels, isCMYK: colours == 4,
            values: [UInt8](repeating: 0, count: width * height * channels),
            profile: layout.profile.map {
                [UInt8](UnsafeRawBufferPointer(start: $0, count: Int(layout.profile_bytes)))
            } ?? [])
        let isInverted = layout.photometric == Photometric.whiteIsZero
        let isPremultiplied = alpha.map { extra(at: $0 - colours) == 1 } ?? false
        let wasRead = raster.values.withUnsafeMutableBufferPointer { output in
            forEachRow { row in
                for channel in 0..<channels {
                    let sample = channel < colours ? channel : alpha ?? channel
                    guard let first = row.index(of: sample) else { continue }
                    var place = (row.y * width + row.x) * channels + channel
                    // Transparency is a share of the type's range, and never stretched.
                    let scale = channel < colours ? scale : Scale(black: 0, white: ownWhite)
                    for index in 0..<row.count {
                        let value = scale.byte(row.values[first + index * row.step])
                        output[place] = isInverted && channel < colours ? 255 - value : value
                        place += channels
                    }
                }
            }
        }
        guard wasRead else { return nil }
        if isPremultiplied { raster.divideByTransparency() }
        return raster
    }

    private func extra(at index: Int) -> UInt16 {
        let extras = [layout.extras.0, layout.extras.1, layout.extras.2, layout.extras.3]
        return extras.indices.contains(index) ? extras[index] : 0
    }

    /// Which samples are black and white; what lies between becomes 0 to 255.
    private struct Scale {
        let black, white: Float

        func byte(_ sample: Float) -> UInt8 {
            let value = (sample - black) / (white - black) * 255
            return value > 0 ? UInt8(min(value, 255).rounded()) : 0  // what is not a number is black
        }
    }

    /// The sample that is white by its type alone: the largest integer, or 1.
    private var ownWhite: Float {
        switch layout.sample_format {
        case SampleFormat.float: 1
        case SampleFormat.signed: Float(sign: .plus, exponent: Int(layout.bits) - 1, significand: 1) - 1
        default: Float(sign: .plus, exponent: Int(layout.bits), significand: 1) - 1
        }
    }

    /// What the samples mean. TIFF says nothing of it for floats, so the values do:
    ///
    /// - Integers without a sign span their type's range, and so do those with one, from 0 up.
    /// - Floats go from 0 to 1, sRGB's encoded values as 8-bit files hold them; what lies above is clipped. Where their mean
    ///   lies above too, and some above 16, they are 8-bit or else 16-bit values in a wider type.
    /// - Where that would leave nothing to be seen (all below 1/255, or some below 0), the values are stretched from
    ///   the least to the largest. These are measurements, not colours.
    private func scale(colours: Int) -> Scale? {
        let usual = Scale(black: 0, white: ownWhite)
        if layout.bits <= 16, Self.isUnsigned(layout) { return usual }
        var (least, most, sum, count) = (Float.infinity, -Float.infinity, 0.0, 0.0)
        let wasRead = forEachRow { row in
            for sample in 0..<colours {
                guard let first = row.index(of: sample) else { continue }
                for index in 0..<row.count {
                    let value = row.values[first + index * row.step]
                    guard value.isFinite else { continue }
                    least = min(least, value)
                    most = max(most, value)
                    sum += Double(value)
                    count += 1
                }
            }
        }
        guard wasRead else { return nil }
        guard count > 0, most > 0 || least < 0 else { return usual }
        let isFloat = layout.sample_format == SampleFormat.float
        // A little below 0 is what a filter leaves of black.
        if least < -0.05 * max(most, 0) { return Scale(black: least, white: max(most, least.nextUp)) }
        if isFloat, most > 16, sum / count > 1 {
            return Scale(black: 0, white: most <= 255 ? 255 : most <= 65_535 && most > 4_095 ? 65_535 : most)
        }
        return most < usual.white / 255 ? Scale(black: 0, white: most) : usual
    }

    /// A row of a strip or tile: `count` pixels from (x, y) on.
    private struct SampleRow {
        let x, y, count: Int
        let values: UnsafeMutableBufferPointer<Float>
        /// From a pixel to the next.
        let step: Int
        /// The only channel there is; nothing where all are there.
        let plane: Int?

        /// Where the first value of a channel is; nothing where the row does not hold it.
        func index(of sample: Int) -> Int? {
            guard let plane else { return sample }
            return plane == sample ? 0 : nil
        }
    }

    /// Decodes all strips or tiles and hands over the parts of their rows that belong to the picture. False where
    /// decoding fails.
    private func forEachRow(_ take: (SampleRow) -> Void) -> Bool {
        let (chunkWidth, chunkHeight) = (Int(layout.chunk_width), Int(layout.chunk_height))
        let (chunkBytes, rowBytes) = (chunkByteCount, Int(clamping: layout.chunk_row_bytes))
        let step = layout.is_planar != 0 ? 1 : Int(layout.samples)
        let perRow = chunkWidth.multipliedReportingOverflow(by: step)
        guard chunkWidth > 0, chunkHeight > 0, rowBytes > 0, chunkBytes / rowBytes >= min(chunkHeight, height),
            !perRow.overflow, perRow.partialValue <= rowBytes * 8 / Int(layout.bits)
        else { return false }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        defer { chunk.deallocate() }
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: perRow.partialValue)
        defer { values.deallocate() }
        for plane in 0..<(layout.is_planar != 0 ? Int(layout.samples) : 1) {
            for top in stride(from: 0, to: height, by: chunkHeight) {
                for left in stride(from: 0, to: width, by: chunkWidth) {
                    guard
                        ctiff_read_chunk(
                            file, UInt32(left), UInt32(top), UInt16(plane), chunk.baseAddress, UInt64(chunkBytes)) == 0
                    else { return false }
                    let count = min(chunkWidth, width - left)
                    for row in 0..<min(chunkHeight, height - top) {
                        ctiff_unpack(
                            chunk.baseAddress?.advanced(by: row * rowBytes).assumingMemoryBound(to: UInt8.self),
                            count * step, Int32(layout.bits), Int32(layout.sample_format), values.baseAddress)
                        take(
                            SampleRow(
                                x: left, y: top + row, count: count, values: values, step: step,
                                plane: layout.is_planar != 0 ? plane : nil))
                    }
                }
            }
        }
        return true
    }
}

extension Raster {
    /// Takes transparency out of the colours, into which it was multiplied.
    fileprivate mutating func divideByTransparency() {
        for first in stride(from: 0, to: values.count, by: channels) {
            let alpha = Int(values[first + channels - 1])
            guard alpha > 0 else { continue }
            for place in first..<first + channels - 1 {
                values[place] = UInt8(min(255, (Int(values[place]) * 255 + alpha / 2) / alpha))
            }
        }
    }
}
