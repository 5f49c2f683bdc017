import Randomness

/// One number for each of several moments, and how sure their mean is.
struct BenchSongsSample: Encodable {
    let values: [Double]

    var mean: Double { values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count) }

    /// What 95 of 100 means of as many moments, drawn from these with replacement, lie within (Efron 1979). Always the same draws.
    var interval: ClosedRange<Double> {
        guard !values.isEmpty else { return 0...0 }
        var random = SplitMix64(seed: 7)
        let draws = 4000
        let means = (0..<draws).map { _ in
            (0..<values.count).reduce(0.0) { sum, _ in sum + values[Int.random(in: 0..<values.count, using: &random)] }
                / Double(values.count)
        }.sorted()
        return means[draws / 40]...means[draws - 1 - draws / 40]
    }

    /// The differences, moment by moment.
    func minus(_ other: BenchSongsSample) -> BenchSongsSample {
        BenchSongsSample(values: zip(values, other.values).map { $0 - $1 })
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(mean, forKey: .mean)
        try container.encode(interval.lowerBound, forKey: .low)
        try container.encode(interval.upperBound, forKey: .high)
    }

    private enum Keys: String, CodingKey {
        case mean, low, high
    }
}
