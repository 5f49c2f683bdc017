/// Where k-means begins: centres that are cells themselves, at most one for each.
enum ColourStart {
    /// The cell with most pixels first; then, each time, the one with most pixels times squared distance from those
    /// already chosen.
    static func heaviest(_ cells: [ColourHistogram.Cell], count: Int) -> [LabColour] {
        centres(cells, count: count) { gains in
            gains.indices.max { (gains[$0], $1) < (gains[$1], $0) }
        }
    }

    /// Centres drawn at random, each cell as likely as its pixels times its squared distance from those already drawn:
    /// k-means++ (D. Arthur, S. Vassilvitskii, 2007).
    static func drawn(
        _ cells: [ColourHistogram.Cell], count: Int, by generator: inout SplitMix64
    ) -> [LabColour] {
        centres(cells, count: count) { gains in
            var left = generator.nextShare() * gains.reduce(0, +)
            return gains.firstIndex { gain in
                left -= gain
                return left < 0
            } ?? gains.lastIndex { $0 > 0 }
        }
    }

    /// Chooses cells one after the other by what each would gain; ends where none gains anything.
    private static func centres(
        _ cells: [ColourHistogram.Cell], count: Int, choose: (_ gains: [Double]) -> Int?
    ) -> [LabColour] {
        var centres: [LabColour] = []
        var distances = [Double](repeating: 1, count: cells.count)
        while centres.count < count {
            let gains = zip(cells, distances).map { Double($0.count) * $1 }
            guard let place = choose(gains), gains[place] > 0 else { break }  // the picture has no more colours
            let centre = cells[place].lab
            for (place, cell) in cells.enumerated() {
                let distance = cell.lab.squaredDistance(to: centre)
                distances[place] = centres.isEmpty ? distance : min(distances[place], distance)
            }
            centres.append(centre)
        }
        return centres
    }
}

/// A generator of random numbers whose every draw follows from its seed: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood,
/// 2014). Swift's own promises nothing of the kind.
struct SplitMix64: RandomNumberGenerator {
    /// The seed, and what becomes of it.
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// From 0 to less than 1, in steps of 2⁻⁵³.
    mutating func nextShare() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}
