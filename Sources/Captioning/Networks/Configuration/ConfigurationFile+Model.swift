package import Checkpoint

extension ConfigurationFile {
    /// More than any dimension of a model; it keeps products of a few sizes within 64 bits.
    private static let largestSize = 1 << 24

    /// The object that a key holds, or one without members, so that every key in it takes its default.
    package func sectionOrDefaults(_ key: String) throws(CheckpointError) -> ConfigurationFile {
        try section(key) ?? emptySection(key)
    }

    /// A dimension: a whole number from 1.
    package func size(_ key: String, default fallback: Int) throws(CheckpointError) -> Int {
        try integer(key, default: fallback, in: 1...Self.largestSize)
    }

    package func layerCount(_ key: String, default fallback: Int) throws(CheckpointError) -> Int {
        try integer(key, default: fallback, in: 1...10_000)
    }

    /// The number of attention heads, which has to divide the width that they share.
    package func headCount(_ key: String, default fallback: Int, dividing hiddenSize: Int) throws(CheckpointError)
        -> Int
    {
        let count = try size(key, default: fallback)
        guard hiddenSize % count == 0 else {
            throw invalid(key, "a divisor of hidden_size, which is \(hiddenSize) (\(count) is not)")
        }
        return count
    }

    /// What a layer norm adds to the variance.
    package func epsilon(_ key: String, default fallback: Double) throws(CheckpointError) -> Double {
        try number(key, default: fallback, in: 0...1)
    }
}
