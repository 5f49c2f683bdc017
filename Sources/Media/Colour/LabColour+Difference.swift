import Foundation

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
