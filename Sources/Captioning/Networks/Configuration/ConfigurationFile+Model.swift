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

    /// What is wrong with a `config.json` of another architecture than a captioner's, in a sentence; nil where nothing is.
    /// - Parameters:
    ///   - modelType: the captioner's `model_type`, which the file may leave out.
    ///   - architectures: the classes that can caption, one of which has to be named where any is.
    package func unsupported(modelType: String, architectures: [String]) -> String? {
        if let type = self["model_type"], type != .string(modelType) {
            return "\(path) is of the model type \(type); only \"\(modelType)\" is supported."
        }
        if contains("quantization_config") {
            return "\(path) has a \"quantization_config\": its weights are quantised, which cannot be read. "
                + "Use the checkpoint that it was made from, in F32, F16 or BF16."
        }
        if case .array(let names)? = self["architectures"], !names.isEmpty,
            !names.contains(where: { name in architectures.contains { .string($0) == name } })
        {
            return "\(path) is of the architecture \(names[0]), which does not caption; supported: "
                + architectures.joined(separator: ", ") + "."
        }
        return nil
    }
}
