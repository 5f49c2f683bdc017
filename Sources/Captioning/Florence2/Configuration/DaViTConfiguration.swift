import Checkpoint
public import Networks

/// The shape of the vision tower, a dual attention vision transformer (Ding et al. 2022, arXiv:2204.03645), and of the
/// projection behind it.
///
/// Source: transformers, `Florence2VisionConfig`.
public struct DaViTConfiguration: Sendable, Equatable {
    /// One stage: a convolution that makes the picture smaller, then blocks.
    public struct Stage: Sendable, Equatable {
        /// Width of the features.
        public let width: Int
        /// Pairs of a spatial and a channel block.
        public let depth: Int
        /// Heads of window attention.
        public let headCount: Int
        /// Groups of channels that attend to each other.
        public let groupCount: Int
        /// Width between the two linear layers of a feed-forward block.
        public let innerWidth: Int
        public let kernelSize: Int
        public let stride: Int
        public let padding: Int
        /// Whether a layer norm stands before the convolution; behind it otherwise.
        public let normsBefore: Bool
    }

    public let stages: [Stage]
    /// Rows, and columns, of a window of attention.
    public let windowSize: Int
    /// Whether queries, keys and values have a bias.
    public let qkvBias: Bool
    public let activation: Activation
    /// Width of the picture's features behind the projection.
    public let projectionSize: Int
    /// Rows, and columns, of the grid of features that have a position.
    public let maximumPositions: Int
    /// Rows of the table of temporal positions, of which a picture takes the first.
    public let temporalPositionCount: Int

    /// Red, green and blue.
    public let channelCount = 3
    /// `nn.LayerNorm`'s own default; the configuration has no key for it.
    static let layerNormEpsilon = 1e-5

    /// Width of the features before the projection.
    public var width: Int { stages[stages.count - 1].width }

    /// - Parameters:
    ///   - file: `vision_config`.
    ///   - isOlder: whether it is in the dialect of the remote code, which has other keys.
    init(_ file: ConfigurationFile, isOlder: Bool) throws(CheckpointError) {
        let widthKey = isOlder ? "dim_embed" : "embed_dim"
        let widths = try file.sizes(widthKey, default: [128, 256, 512, 1024])
        func list(_ key: String, default fallback: [Int], in range: ClosedRange<Int>) throws(CheckpointError) -> [Int] {
            let values = try file.integers(key, in: range) ?? fallback
            guard values.count >= widths.count else {
                throw file.invalid(key, "a list of \(widths.count) whole numbers, one for each stage of \(widthKey)")
            }
            return values
        }
        let sides = 1...4096
        let depths = try list("depths", default: [1, 1, 9, 1], in: 1...1000)
        let heads = try list("num_heads", default: [4, 8, 16, 32], in: sides)
        let groups = try list("num_groups", default: [4, 8, 16, 32], in: sides)
        let kernels = try list("patch_size", default: [7, 3, 3, 3], in: sides)
        let strides = try list("patch_stride", default: [4, 2, 2, 2], in: sides)
        let paddings = try list("patch_padding", default: [3, 1, 1, 1], in: 0...4096)
        let norms = try file.booleans("patch_prenorm") ?? [false, true, true, true]
        guard norms.count >= widths.count else {
            throw file.invalid("patch_prenorm", "a list of \(widths.count) times true or false, one for each stage")
        }
        let ratio = try file.number("mlp_ratio", default: 4, in: 0.01...64)
        for (key, counts) in [("num_heads", heads), ("num_groups", groups)] {
            guard counts.count == widths.count else {
                throw file.invalid(key, "as long a list as \(widthKey), which has \(widths.count) numbers")
            }
            if let stage = widths.indices.first(where: { widths[$0] % counts[$0] != 0 }) {
                throw file.invalid(
                    key, "divisors of \(widthKey) (\(counts[stage]) does not divide \(widths[stage]))")
            }
        }
        if let stage = widths.indices.first(where: { Int(Double(widths[$0]) * ratio) < 1 }) {
            throw file.invalid("mlp_ratio", "so large that a width of \(widths[stage]) times it is 1 or more")
        }
        stages = widths.indices.map { stage in
            Stage(
                width: widths[stage], depth: depths[stage], headCount: heads[stage], groupCount: groups[stage],
                innerWidth: Int(Double(widths[stage]) * ratio), kernelSize: kernels[stage], stride: strides[stage],
                padding: paddings[stage], normsBefore: norms[stage])
        }
        // Sines and cosines take turns in the temporal positions.
        guard let last = widths.last, last % 2 == 0 else { throw file.invalid(widthKey, "even in its last number") }
        if try file.integer("in_channels", default: 3) != 3 {
            throw file.invalid("in_channels", "3, since pictures are red, green and blue")
        }
        windowSize = try file.integer("window_size", default: 12, in: 1...512)
        qkvBias = try file.boolean("qkv_bias", default: true)
        activation = try file.activation("activation_function", default: .gelu)
        projectionSize = try file.size("projection_dim", default: 1024)
        if isOlder {
            let positions = try file.sectionOrDefaults("image_pos_embed")
            let times = try file.sectionOrDefaults("visual_temporal_embedding")
            try positions.expect("type", "learned_abs_2d")
            try times.expect("type", "COSINE")
            maximumPositions = try positions.size("max_pos_embeddings", default: 50)
            temporalPositionCount = try times.size("max_temporal_embeddings", default: 100)
            let sources = ["spatial_avg_pool", "temporal_avg_pool"]
            if let given = try file.strings("image_feature_source"), given != sources {
                throw file.invalid("image_feature_source", "[\"\(sources.joined(separator: "\", \""))\"]")
            }
        } else {
            maximumPositions = try file.size("max_position_embeddings", default: 50)
            temporalPositionCount = try file.size("max_temporal_embeddings", default: 100)
        }
    }

    /// Rows and columns of the features of a picture; nil for one that is too small for a convolution, or whose features have
    /// no positions.
    func grid(height: Int, width: Int) -> (rows: Int, columns: Int)? {
        guard let last = grids(height: height, width: width)?.last, max(last.rows, last.columns) <= maximumPositions
        else { return nil }
        return last
    }

    /// Rows and columns of the features behind each stage's convolution; nil where one does not fit.
    func grids(height: Int, width: Int) -> [(rows: Int, columns: Int)]? {
        var (rows, columns) = (height, width)
        var grids: [(rows: Int, columns: Int)] = []
        for stage in stages {
            guard min(rows, columns) + 2 * stage.padding >= stage.kernelSize else { return nil }
            rows = (rows + 2 * stage.padding - stage.kernelSize) / stage.stride + 1
            columns = (columns + 2 * stage.padding - stage.kernelSize) / stage.stride + 1
            grids.append((rows, columns))
        }
        return grids
    }
}

extension ConfigurationFile {
    /// Dimensions, at least one.
    fileprivate func sizes(_ key: String, default fallback: [Int]) throws(CheckpointError) -> [Int] {
        let values = try integers(key, in: 1...1 << 20) ?? fallback
        guard !values.isEmpty, values.count <= 16 else { throw invalid(key, "a list of 1 to 16 whole numbers") }
        return values
    }

    /// A list of true and false; `nil` where the key is left out or null.
    fileprivate func booleans(_ key: String) throws(CheckpointError) -> [Bool]? {
        guard let value = self[key], value != .null else { return nil }
        guard case .array(let elements) = value else { throw invalid(key, "a list of true and false") }
        return try elements.map { (element) throws(CheckpointError) in
            guard case .boolean(let value) = element else { throw invalid(key, "a list of true and false") }
            return value
        }
    }

    /// Refuses another text than the one that is built.
    fileprivate func expect(_ key: String, _ text: String) throws(CheckpointError) {
        if let found = try string(key), found != text { throw invalid(key, "\"\(text)\"") }
    }
}
