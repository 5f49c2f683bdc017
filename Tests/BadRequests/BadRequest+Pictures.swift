extension BadRequest {
    /// Pictures that are damaged, hostile, or none.
    static let pictures: [BadRequest] = truncated + flipped + bombs + polyglots + strange + others

    private static let unsupported = "unsupported_picture"

    private static let truncated = [
        "baseline.jpg", "progressive.jpg", "rgb.png", "palette.png", "lossy.webp", "alpha.webp", "lzw.tif", "tiled.tif",
        "picture.avif", "transparent.gif",
    ].flatMap { name in
        [
            file("half of \(name)", 422, "truncated_picture") {
                Array(try picture(name).prefix(picture(name).count / 2))
            },
            file("the first 20 bytes of \(name)", 422, "truncated_picture") { Array(try picture(name).prefix(20)) },
        ]
    }

    /// The coded data of each format, with every seventh byte turned round. In VP8 and AV1 any bits mean something.
    private static let flipped = [
        ("large.jpg", false), ("rgb.png", false), ("lossy.webp", true), ("lzw.tif", false), ("picture.avif", true),
        ("transparent.gif", false),
    ].map { name, isReadable in
        file("\(name) with bits turned round", isReadable ? 200 : 422, isReadable ? nil : "corrupt_picture") {
            var bytes = try picture(name)
            for index in stride(from: bytes.count / 4, to: bytes.count * 3 / 4, by: 7) { bytes[index] = ~bytes[index] }
            return bytes
        }
    }

    private static let bombs = [
        file("a PNG of 50,000 × 50,000", 413, "picture_too_large") { png(50_000, 50_000) },
        file("a PNG whose size overflows 64 bits", 422, "truncated_picture") { png(0x7FFF_FFFF, 0x7FFF_FFFF) },
        file("a PNG with a side beyond the format", 422, "truncated_picture") { png(0xFFFF_FFFF, 1) },
        file("a PNG of 0 × 0", 422, "truncated_picture") { png(0, 0) },
        // Its one frame is small, and it is the frame that is read.
        file("a GIF with a screen of 65,535 × 65,535", 200, nil) {
            var bytes = try picture("transparent.gif")
            bytes.replaceSubrange(6..<10, with: [0xFF, 0xFF, 0xFF, 0xFF])
            return bytes
        },
        file("a JPEG of 65,280 × 65,280", 413, "picture_too_large") {
            var bytes = try picture("baseline.jpg")
            let frame = bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 } ?? 0
            bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0, 0xFF, 0])
            return bytes
        },
        // Both the canvas and the frame in it claim a size; a frame's has 14 bits.
        file("a WebP whose canvas is 16 million × 16 million", 413, "picture_too_large") {
            try webp("alpha.webp", canvas: 0xFFFFFF, frame: 0x3FFF)
        },
        file("a lossless WebP of 16,384 × 16,384", 413, "picture_too_large") {
            try webp("alpha.webp", canvas: nil, frame: 0x3FFF)
        },
        file("a lossy WebP of 16,383 × 16,383", 413, "picture_too_large") {
            try webp("lossy.webp", canvas: nil, frame: 0x3FFF)
        },
        file("a WebP whose frame is larger than its canvas", 422, "corrupt_picture") {
            try webp("lossy.webp", canvas: 63, frame: 4_000)
        },
        file("a TIFF of 4 billion × 4 billion", 422, "corrupt_picture") { tiff(side: 0xFFFF_FFFF) },
        file("a TIFF of 60,000 × 60,000", 413, "picture_too_large") { tiff(side: 60_000) },
        file("a PNG of 12 kB with 100 million pixels", 200, nil) { try fixture("dense.png") },
        file("a PNG with 64 MB of comment", 200, nil) { try fixture("text-bomb.png") },
        file("a PNG with a profile of 64 MB", 200, nil) { try fixture("profile-bomb.png") },
    ]

    private static let polyglots = [
        file("a JPEG with a page behind it", 200, nil) {
            try picture("baseline.jpg") + Array("<html><script>alert(1)</script></html>".utf8)
        },
        file("a PNG with a zip behind it", 200, nil) { try picture("rgb.png") + zip },
        file("a page with a JPEG behind it", 415, unsupported) {
            Array("<html><script>alert(1)</script></html>".utf8) + (try picture("baseline.jpg"))
        },
        file("a zip with a PNG behind it", 415, unsupported) { zip + (try picture("rgb.png")) },
        file("a GIF that is a script", 422, "corrupt_picture") { Array("GIF89a/*\u{1}\u{0}*/=1;alert(1)//;".utf8) },
        file("two pictures in one", 200, nil) { try picture("baseline.jpg") + picture("rgb.png") },
    ]

    private static let strange = [
        file("an animated GIF", 200, nil) { try picture("animated.gif") },
        file("an animated WebP", 200, nil) { try picture("animated.webp") },
        file("a TIFF of 400 pages", 200, nil) { try fixture("pages.tif") },
        file("a TIFF whose directory points to itself", 200, nil) {
            var bytes = try fixture("pages.tif")
            bytes.replaceSubrange(134..<138, with: [24, 0, 0, 0])
            return bytes
        },
        file("a picture of one pixel", 200, nil) { try picture("one-pixel.png") },
    ]

    private static let others =
        [
            ("SVG", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>"),
            (
                "SVG with an entity",
                "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg>&x;</svg>"
            ),
            ("PDF", "%PDF-1.4\n1 0 obj\n"), ("EPS", "%!PS-Adobe-3.0 EPSF-3.0\n"), ("text", "This is not a picture."),
            ("HTML", "<!doctype html><img src=x>"), ("PPM", "P6 1 1 255 abc"), ("BMP", "BM\u{46}\u{0}\u{0}\u{0}"),
            ("a program", "MZ\u{0}\u{0}"), ("a script", "#!/bin/sh\nreboot\n"), ("Photoshop", "8BPS\u{0}\u{1}"),
            ("a video", "\u{0}\u{0}\u{0}\u{18}ftypmp42\u{0}\u{0}\u{0}\u{0}mp42isom"),
            ("ImageMagick's list", "push graphic-context"),
            ("a single byte", "\u{1}"),
        ].map { name, content in file(name, 415, unsupported) { Array(content.utf8) } } + [
            file("SVG in gzip", 415, unsupported) {
                [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            },
            file("JPEG's first bytes and nonsense", 422, "corrupt_picture") {
                [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 0x11, count: 4_000)
            },
        ]

    private static func file(
        _ name: String, _ status: Int, _ code: String?, _ bytes: @escaping @Sendable () throws -> [UInt8]
    ) -> BadRequest {
        BadRequest("a file: \(name)", status, code) {
            post(Form().adding(#"name="image"; filename="a.png""#, try bytes()).closed)
        }
    }

    /// An empty zip archive.
    private static let zip = Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18)

    /// A PNG that ends after its header, with a right checksum.
    private static func png(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        let header = Array("IHDR".utf8) + digits(width) + digits(height) + [8, 2, 0, 0, 0]
        let checksum = header.reduce(UInt32.max) { remainder, byte in
            (0..<8).reduce(remainder ^ UInt32(byte)) { value, _ in
                value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320
            }
        }
        return [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13] + header + digits(~checksum)
            + [0, 0, 0, 1] + Array("IDAT".utf8) + [0x78, 0, 0, 0, 0]
    }

    /// A WebP whose frame, and the canvas before it where there is to be one, claim other sizes than the file `name` does.
    ///
    /// - Parameter canvas: the width and the height less 1, 24 bits each.
    /// - Parameter frame: 14 bits: of VP8 the width and the height, of VP8L less 1.
    private static func webp(_ name: String, canvas: UInt32?, frame: UInt32) throws -> [UInt8] {
        var chunks = Array(try picture(name).dropFirst(12))
        if chunks.starts(with: Array("VP8L".utf8)) {
            let bits = digits(frame | frame << 14 | 1 << 28)  // transparency is used
            chunks.replaceSubrange(9..<13, with: bits.reversed())
        } else {
            let side = [UInt8(truncatingIfNeeded: frame), UInt8(truncatingIfNeeded: frame >> 8)]
            chunks.replaceSubrange(14..<18, with: side + side)
        }
        if let canvas {
            let side = digits(canvas).reversed().prefix(3)
            chunks = Array("VP8X".utf8) + [10, 0, 0, 0, 0x10, 0, 0, 0] + side + side + chunks
        }
        return Array("RIFF".utf8) + digits(UInt32(chunks.count + 4)).reversed() + Array("WEBP".utf8) + chunks
    }

    /// A TIFF of one grey page, whose pixels are not there.
    private static func tiff(side: UInt32) -> [UInt8] {
        let entries: [(tag: UInt8, value: UInt32)] = [
            (0, side), (1, side), (2, 8), (3, 1), (6, 1), (17, 8), (21, 1), (22, side), (23, 16),
        ]
        var bytes: [UInt8] = [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, UInt8(entries.count), 0]
        for (tag, value) in entries { bytes += [tag, 1, 4, 0, 1, 0, 0, 0] + digits(value).reversed() }
        return bytes + [0, 0, 0, 0] + [UInt8](repeating: 0, count: 64)
    }

    private static func digits(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
}
