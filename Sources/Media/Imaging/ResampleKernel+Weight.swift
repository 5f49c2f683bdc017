import Foundation

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
