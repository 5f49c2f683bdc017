public import Colour

/// Reads a mood from how light and how chromatic a picture is.
///
/// Light and saturated colours please; saturated ones stir (Valdez & Mehrabian 1994, Journal of Experimental Psychology: General
/// 123, 394–409, whose regression weights these are). Their variables are standardised and hold no hue, so hue counts for
/// nothing here. That light colours calm is disputed (Wilms & Oberfeld 2018), so that weight is halved.
public struct ColourMood: Sendable {
    /// What photographs have on the average, and how they vary, in CIELAB: rounded from seven in scikit-image and scikit-learn
    /// (lightness 43 ± 11, chroma 23 ± 10), and wider, since seven are few.
    enum Photographs {
        static let lightness = (mean: 46.0, deviation: 16.0)
        static let chroma = (mean: 22.0, deviation: 12.0)
    }

    /// A colour and its part of the picture.
    public struct Area: Sendable, Hashable {
        public let colour: LabColour
        /// 0 to 1.
        public let share: Double

        public init(colour: LabColour, share: Double) {
            self.colour = colour
            self.share = share
        }

        public init(_ colour: PaletteColour) {
            self.init(colour: LabColour(colour.colour), share: colour.share)
        }
    }

    public init() {}

    /// What the colours of a palette say; nil without any.
    func reading(of palette: [Area]) -> MoodReading? {
        let total = palette.reduce(0) { $0 + $1.share }
        guard total > 0 else { return nil }
        let lightness = palette.reduce(0) { $0 + $1.share * $1.colour.lightness } / total
        let chroma = palette.reduce(0) { $0 + $1.share * $1.colour.chroma } / total
        let zL = (lightness - Photographs.lightness.mean) / Photographs.lightness.deviation
        let zC = (chroma - Photographs.chroma.mean) / Photographs.chroma.deviation
        let affect = Affect(
            valence: Exponential.tanh(0.69 * zL + 0.22 * zC), arousal: Exponential.tanh(0.60 * zC - 0.31 * 0.5 * zL))
        // An average picture says little; an extreme one is not sure either.
        let confidence = min(0.3 + 0.25 * max(abs(zL), abs(zC)), 0.8)
        return MoodReading(affect: affect, confidence: confidence, evidence: [Self.words(zL, zC)])
    }

    private static func words(_ zL: Double, _ zC: Double) -> String {
        let light = zL > 0.5 ? "light" : zL < -0.5 ? "dark" : "middling"
        let strong = zC > 0.5 ? "strong" : zC < -0.5 ? "pale" : "moderate"
        return "\(light) and \(strong) colours"
    }
}

extension LabColour {
    /// The distance from grey.
    fileprivate var chroma: Double { (a * a + b * b).squareRoot() }
}
