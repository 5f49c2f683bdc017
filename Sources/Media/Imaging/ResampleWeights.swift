import Foundation

/// How a pixel of a resized picture is mixed from those of the picture: Pillow's kernels, by Pillow's definitions.
///
/// All but `nearest` widen with the reduction, so that every pixel of the picture counts (antialiasing).
public enum ResampleKernel: Int, Sendable, CaseIterable {
    case nearest = 0
    case lanczos, bilinear, bicubic, box, hamming

    /// The kernel of a `resample` number in `preprocessor_config.json` (Pillow's `Image.Resampling`, 0 to 5).
    ///
    /// Throws ``ImagingError/Code/unsupportedPreparation`` for a number that means nothing.
    public init(resample: Int) throws(ImagingError) {
        guard let kernel = ResampleKernel(rawValue: resample) else {
            throw ImagingError(
                .unsupportedPreparation,
                "The checkpoint resizes with resample = \(resample); Pillow's 0 (nearest), 1 (Lanczos), 2 (bilinear), "
                    + "3 (bicubic), 4 (box) and 5 (Hamming) are known.")
        }
        self = kernel
    }
}

extension ResampleKernel {
    /// How far from its centre the kernel reaches, in pixels of the smaller of the two pictures.
    var support: Double {
        switch self {
        case .nearest, .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The kernel's value at a distance from its centre.
    func weight(at distance: Double) -> Double {
        let x = abs(distance)
        return switch self {
        case .nearest, .box: distance > -0.5 && distance <= 0.5 ? 1 : 0
        case .bilinear: max(0, 1 - x)
        case .bicubic: Self.bicubicWeight(x)
        case .lanczos: x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        case .hamming: x < 1 ? Self.sinc(x) * (0.54 + 0.46 * cos(.pi * x)) : 0
        }
    }

    /// Keys's cubic convolution with a = −0.5 (R. G. Keys, 1981, equation 15).
    private static func bicubicWeight(_ x: Double) -> Double {
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        if x < 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
        return 0
    }

    private static func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(.pi * x) / (.pi * x)
    }
}

/// For each pixel along one side of a resized picture: which pixels of the original it mixes, and by which weights.
///
/// The windows, the fixed-point weights and the rounding are Pillow's (`src/libImaging/Resample.c`), so that 8-bit
/// results are equal to Pillow's, which transformers uses.
struct ResampleWeights {
    /// Weights count in units of 2⁻²²: 8 bits of value and 2 of head room fit beside them in 32.
    private static let fractionBits = 22

    /// One pixel's window: the original pixels it mixes, and where their weights begin in ``weights``.
    struct Window {
        let pixels: Range<Int>
        let firstWeight: Int
    }

    /// One for each pixel of the resized side, in order; they never step back.
    private(set) var windows: [Window] = []
    /// Those of all windows, one after the other.
    private(set) var weights: [Int32] = []

    /// Weights to resize a side of `count` pixels to `size`.
    ///
    /// `extent` is what part of those pixels the picture covers, where a decoder has shrunk it and rounded up: 262.5
    /// of 263.
    init(count: Int, extent: Double, size: Int, kernel: ResampleKernel) {
        let scale = extent / Double(size)
        windows.reserveCapacity(size)
        for position in 0..<size {
            let centre = (Double(position) + 0.5) * scale
            if kernel == .nearest {
                append(first: min(Int(centre), count - 1), [1])
                continue
            }
            let width = max(scale, 1)  // a kernel never narrows below one original pixel
            let reach = kernel.support * width
            let first = max(0, Int(centre - reach + 0.5))
            let end = min(count, Int(centre + reach + 0.5))
            let values = (first..<end).map { kernel.weight(at: (Double($0) - centre + 0.5) / width) }
            let sum = values.reduce(0, +)
            append(first: first, sum == 0 ? values : values.map { $0 / sum })
        }
    }

    private mutating func append(first: Int, _ values: [Double]) {
        windows.append(Window(pixels: first..<first + values.count, firstWeight: weights.count))
        weights += values.map { Int32(($0 * Double(1 << Self.fractionBits)).rounded(.toNearestOrAwayFromZero)) }
    }

    /// Half a unit of the result: what a sum starts with, to be rounded to the nearest.
    static let half = Int32(1) << (fractionBits - 1)

    /// The 8-bit value of a sum of values times weights.
    @inline(__always)
    static func byte(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(max(sum >> fractionBits, 0), 255))
    }
}

extension ResampleWeights {
    /// Resizes one row of 3-byte pixels: `row` holds the original's pixels, `result` gets one for each window.
    func resizeRow(_ row: UnsafePointer<UInt8>, into result: UnsafeMutablePointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            windows.withUnsafeBufferPointer { windows in
                guard let base = weights.baseAddress else { return }
                var output = result
                for window in windows {
                    let sums = Self.sums(
                        row + 3 * window.pixels.lowerBound, base + window.firstWeight, count: window.pixels.count)
                    output[0] = Self.byte(sums.red)
                    output[1] = Self.byte(sums.green)
                    output[2] = Self.byte(sums.blue)
                    output += 3
                }
            }
        }
    }

    @inline(__always)
    private static func sums(
        _ pixels: UnsafePointer<UInt8>, _ weights: UnsafePointer<Int32>, count: Int
    ) -> (red: Int32, green: Int32, blue: Int32) {
        var (red, green, blue) = (half, half, half)
        var pixel = pixels
        for index in 0..<count {
            let weight = weights[index]
            red &+= Int32(pixel[0]) &* weight
            green &+= Int32(pixel[1]) &* weight
            blue &+= Int32(pixel[2]) &* weight
            pixel += 3
        }
        return (red, green, blue)
    }
}
