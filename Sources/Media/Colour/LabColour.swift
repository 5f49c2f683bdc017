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
