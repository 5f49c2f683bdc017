import Imaging

@testable import struct Imaging.Rendition

/// The same picture in other files.
extension Rendition {
    /// A PNG with exactly these pixels, not compressed.
    var png: [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (3 * width + 1))
        for y in 0..<height { rows += [0] + rgb[3 * width * y..<3 * width * (y + 1)] }
        var data: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: rows.count, by: 0xFFFF) {
            let block = rows[start..<min(start + 0xFFFF, rows.count)]
            let size = UInt16(block.count)
            data.append(start + block.count == rows.count ? 1 : 0)
            data += [UInt8(size & 0xFF), UInt8(size >> 8), UInt8(~size & 0xFF), UInt8(~size >> 8)] + block
        }
        var (low, high): (UInt32, UInt32) = (1, 0)
        rows.withUnsafeBufferPointer { rows in
            for start in stride(from: 0, to: rows.count, by: 4096) {
                for index in start..<min(start + 4096, rows.count) {
                    low &+= UInt32(rows[index])
                    high &+= low
                }
                (low, high) = (low % 65_521, high % 65_521)
            }
        }
        data += PNG.digits(high << 16 | low)
        let header = PNG.digits(UInt32(width)) + PNG.digits(UInt32(height)) + [8, 2, 0, 0, 0]
        let chunks = [PNG.chunk("IHDR", header), PNG.chunk("IDAT", data), PNG.chunk("IEND", [])]
        return [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10] + chunks.joined()
    }

    /// A JPEG whose pixels are stored turned to the left, with the EXIF orientation that turns them back.
    func turnedJPEG() throws -> [UInt8] {
        var turned: [UInt8] = []
        turned.reserveCapacity(rgb.count)
        for x in (0..<width).reversed() {
            for y in 0..<height {
                let place = 3 * (y * width + x)
                turned.append(rgb[place])
                turned.append(rgb[place + 1])
                turned.append(rgb[place + 2])
            }
        }
        let jpeg = try Rendition(width: height, height: width, rgb: turned).jpeg(quality: 90).bytes
        // TIFF, big-endian, with one entry: tag 0x112, a short, once, 6.
        let directory: [UInt8] = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let exif = Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8] + directory
        return Array(jpeg[..<2]) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + jpeg[2...]
    }

    /// The picture with bars around it, of one value in all channels.
    func framed(columns: Int = 0, rows: Int = 0, value: UInt8) -> Rendition {
        let side = [UInt8](repeating: value, count: 3 * columns)
        let bar = [UInt8](repeating: value, count: 3 * (width + 2 * columns) * rows)
        var framed = bar
        for y in 0..<height { framed += side + rgb[3 * width * y..<3 * width * (y + 1)] + side }
        return Rendition(width: width + 2 * columns, height: height + 2 * rows, rgb: framed + bar)
    }
}

private enum PNG {
    private static let table = (0..<256).map { byte in
        var value = UInt32(byte)
        for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : (value >> 1) ^ 0xEDB8_8320 }
        return value
    }

    /// Four bytes, the most significant first.
    static func digits(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) }
    }

    static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let bytes = Array(name.utf8) + content
        var remainder = UInt32.max
        table.withUnsafeBufferPointer { table in
            for byte in bytes { remainder = table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ (remainder >> 8) }
        }
        return digits(UInt32(content.count)) + bytes + digits(~remainder)
    }
}
