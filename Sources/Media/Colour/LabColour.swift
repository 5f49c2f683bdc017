import Foundation

/// A colour in CIELAB (CIE 15, 8.2.1), where distances are near to what people see, for sRGB's own white, D65.
public struct LabColour: Sendable, Hashable {
    /// L*, 0 (black) to 100 (white).
    public var lightness: Double
    /// a*: green below zero, red above.
    public var a: Double
    /// b*: blue below zero, yellow above.
    public var b: Double

    /// A colour from its three coordinates.
    public init(lightness: Double, a: Double, b: Double) {
        self.lightness = lightness
        self.a = a
        self.b = b
    }

    /// The CIELAB coordinates of a colour in sRGB.
    public init(_ colour: RGBColour) {
        let (red, green, blue) = (
            Self.linear[Int(colour.red)], Self.linear[Int(colour.green)], Self.linear[Int(colour.blue)]
        )
        let coordinates = Self.toXYZ.map { row in
            // Divided by the white, which is the row's own sum: greys come out with a* = b* = 0.
            Self.compressed((row.0 * red + row.1 * green + row.2 * blue) / (row.0 + row.1 + row.2))
        }
        lightness = 116 * coordinates[1] - 16
        a = 500 * (coordinates[0] - coordinates[1])
        b = 200 * (coordinates[1] - coordinates[2])
    }

    /// From linear sRGB to X, Y and Z, a row each (ITU-R BT.709 primaries, D65).
    private static let toXYZ = [
        (0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227),
    ]

    /// The light that each 8-bit value stands for, 0 to 1: the transfer function of IEC 61966-2-1.
    private static let linear: [Double] = (0...255).map { value in
        let value = Double(value) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    /// CIELAB's cube root, straight near black.
    private static func compressed(_ value: Double) -> Double {
        value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116
    }

    /// The square of the straight distance to another colour (ΔE*ab, 1976).
    func squaredDistance(to other: LabColour) -> Double {
        let (first, second, third) = (lightness - other.lightness, a - other.a, b - other.b)
        return first * first + second * second + third * third
    }
}

extension LabColour {
    /// How different two colours look: CIEDE2000, where 1 is just to be seen side by side.
    ///
    /// After G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula: implementation notes", 2005; the
    /// numbers in the comments are theirs. The parametric weights are 1.
    public func difference(from other: LabColour) -> Double {
        let (one, two) = Self.withCommonGreyAxis(self, other)  // (2) to (7)
        let lightnessStep = two.lightness - one.lightness  // (8)
        let chromaStep = two.chroma - one.chroma  // (9)
        let areGrey = one.chroma * two.chroma == 0
        var hueAngle = areGrey ? 0 : two.hue - one.hue  // (10)
        if hueAngle > 180 { hueAngle -= 360 } else if hueAngle < -180 { hueAngle += 360 }
        let hueStep = 2 * (one.chroma * two.chroma).squareRoot() * Self.sine(hueAngle / 2)  // (11)

        let lightness = (one.lightness + two.lightness) / 2  // (12)
        let chroma = (one.chroma + two.chroma) / 2  // (13)
        var hue = one.hue + two.hue  // (14)
        if !areGrey {
            if abs(one.hue - two.hue) > 180 { hue += hue < 360 ? 360 : -360 }
            hue /= 2
        }
        let hueWeight =  // (15)
            1 - 0.17 * Self.cosine(hue - 30) + 0.24 * Self.cosine(2 * hue) + 0.32 * Self.cosine(3 * hue + 6)
            - 0.20 * Self.cosine(4 * hue - 63)
        let fromMiddle = (lightness - 50) * (lightness - 50)
        let lightnessScale = 1 + 0.015 * fromMiddle / (20 + fromMiddle).squareRoot()  // (18)
        let chromaScale = 1 + 0.045 * chroma  // (19)
        let hueScale = 1 + 0.015 * chroma * hueWeight  // (20)
        let turn = 30 * exp(-pow((hue - 275) / 25, 2))  // (16)
        let rotation = -Self.sine(2 * turn) * 2 * Self.vividness(chroma)  // (17), (21)

        let terms = (lightnessStep / lightnessScale, chromaStep / chromaScale, hueStep / hueScale)
        let sum = terms.0 * terms.0 + terms.1 * terms.1 + terms.2 * terms.2 + rotation * terms.1 * terms.2
        return max(sum, 0).squareRoot()  // (22)
    }

    /// A colour by lightness, chroma and hue angle in degrees, 0 to 360.
    private struct Polar {
        let lightness, chroma, hue: Double
    }

    /// Both colours with a* stretched by how grey they are together.
    private static func withCommonGreyAxis(_ one: LabColour, _ two: LabColour) -> (Polar, Polar) {
        func chroma(_ colour: LabColour) -> Double { (colour.a * colour.a + colour.b * colour.b).squareRoot() }
        let stretch = 1 + 0.5 * (1 - vividness((chroma(one) + chroma(two)) / 2))
        func polar(_ colour: LabColour) -> Polar {
            let a = stretch * colour.a
            let angle = a == 0 && colour.b == 0 ? 0 : atan2(colour.b, a) * 180 / .pi
            return Polar(
                lightness: colour.lightness, chroma: (a * a + colour.b * colour.b).squareRoot(),
                hue: angle < 0 ? angle + 360 : angle)
        }
        return (polar(one), polar(two))
    }

    /// √(C⁷ ÷ (C⁷ + 25⁷)), which rises from 0 for greys to 1 for vivid colours.
    private static func vividness(_ chroma: Double) -> Double {
        let power = pow(chroma, 7)
        return (power / (power + 6_103_515_625)).squareRoot()
    }

    private static func sine(_ degrees: Double) -> Double { sin(degrees * .pi / 180) }
    private static func cosine(_ degrees: Double) -> Double { cos(degrees * .pi / 180) }
}
