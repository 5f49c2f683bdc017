/// A picture's pixels at some size, as it is seen: upright, in 8-bit sRGB, on white.
public struct Rendition: Sendable, Equatable {
    /// Pixels from left to right.
    public let width: Int
    /// Pixels from top to bottom.
    public let height: Int
    /// The pixels, row by row: `[height, width, 3]`, red, green, blue.
    public let rgb: [UInt8]

    /// The largest size of the same shape that fits into `box`, at least one pixel each way; never larger than `size`.
    static func fitted(
        _ size: (width: Int, height: Int), into box: (width: Int, height: Int)
    ) -> (width: Int, height: Int) {
        guard size.width > box.width || size.height > box.height else { return size }
        let isBoundByWidth = size.width * box.height >= size.height * box.width
        return isBoundByWidth
            ? (box.width, max(1, (size.height * box.width + size.width / 2) / size.width))
            : (max(1, (size.width * box.height + size.height / 2) / size.height), box.height)
    }

    /// The same pixels, reduced to fit into `box` where they are larger.
    public func fitted(into box: (width: Int, height: Int)) -> Rendition {
        let size = Self.fitted((width, height), into: box)
        guard size != (width, height) else { return self }
        var resizer = Resizer(
            width: .init(count: width, extent: Double(width), size: size.width),
            height: .init(count: height, extent: Double(height), size: size.height), isTurned: false, kernel: .bicubic)
        rgb.withUnsafeBufferPointer { rgb in
            guard let base = rgb.baseAddress else { return }
            for y in 0..<height { resizer.add(base + 3 * width * y) }
        }
        return Rendition(width: size.width, height: size.height, rgb: resizer.result)
    }
}

extension Picture {
    /// The picture reduced to fit into `box`, both sides at least 1: its shape is kept, and it is never enlarged.
    ///
    /// Blocks for the time of decoding; call it on a thread of your own. Throws ``ImagingError/Code/truncated`` or
    /// ``ImagingError/Code/corrupt`` for data that cannot be decoded.
    public func rendition(fitting box: (width: Int, height: Int)) throws(ImagingError) -> Rendition {
        rendition(try decoded([resize(fitting: box)], .display)[0], fitting: box)
    }

    func resize(fitting box: (width: Int, height: Int)) -> Resize {
        let stored = orientation.turned(Rendition.fitted((width, height), into: box))
        return resize(width: stored.width, height: stored.height, kernel: .bicubic)
    }

    /// Turns stored pixels, which were resized to fit into `box`, upright.
    func rendition(_ rgb: [UInt8], fitting box: (width: Int, height: Int)) -> Rendition {
        let seen = Rendition.fitted((width, height), into: box)
        let stored = orientation.turned(seen)
        guard orientation.tag != 1 else { return Rendition(width: seen.width, height: seen.height, rgb: rgb) }
        let step = orientation.steps(storedWidth: stored.width, storedHeight: stored.height)
        let upright = [UInt8](unsafeUninitializedCapacity: rgb.count) { output, count in
            for y in 0..<seen.height {
                var source = (step.origin + y * step.row) * 3
                for _ in 0..<seen.width {
                    for channel in 0..<3 { output.initializeElement(at: count + channel, to: rgb[source + channel]) }
                    count += 3
                    source += step.column * 3
                }
            }
        }
        return Rendition(width: seen.width, height: seen.height, rgb: upright)
    }
}
