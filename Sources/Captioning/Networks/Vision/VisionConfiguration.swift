import Checkpoint
public import Networks

/// The shape of the vision tower, a ViT with a class token.
///
/// Source: transformers, `Blip2VisionConfig`.
public struct VisionConfiguration: Sendable, Equatable {
    public let hiddenSize: Int
    /// Width of the feed-forward blocks.
    public let intermediateSize: Int
    public let layerCount: Int
    public let headCount: Int
    /// Height and width of the pictures that the positions were learned for, in pixels.
    public let imageSize: Int
    /// Height and width of a patch, in pixels.
    public let patchSize: Int
    public let activation: Activation
    public let layerNormEpsilon: Double
    /// Whether queries and values have a bias; keys never have one of their own.
    public let qkvBias: Bool

    /// Red, green and blue: the architecture fixes it.
    public let channelCount = 3

    /// Width of one attention head.
    public var headSize: Int { hiddenSize / headCount }
    /// Patches along one edge; pixels beyond the last whole patch are left out.
    public var patchesPerEdge: Int { imageSize / patchSize }
    public var patchCount: Int { patchesPerEdge * patchesPerEdge }
    /// The patches and the class token before them.
    public var tokenCount: Int { patchCount + 1 }

    /// The most patches along one edge of a square picture that is larger than the model's own: 896 pixels, in patches of 14.
    ///
    /// Attention takes time by the square of all patches, and memory too where a device has no better way: the scores of one
    /// layer, 16 heads over 4,097 tokens in 32-bit floats, are 1 GiB then.
    static let mostPatchesPerEdge = 64

    /// The squares that can be seen, by their sides in pixels.
    var sides: ClosedRange<Int> { patchSize...max(imageSize, Self.mostPatchesPerEdge * patchSize) }

    /// The most patches that a picture may have, square or not.
    var mostPatches: Int { max(patchCount, Self.mostPatchesPerEdge * Self.mostPatchesPerEdge) }

    /// Whether a picture has at least one patch, and not too many.
    func takes(height: Int, width: Int) -> Bool {
        let (rows, columns) = (height / patchSize, width / patchSize)
        return rows >= 1 && columns >= 1 && rows <= mostPatches / columns
    }

    init(_ file: ConfigurationFile) throws(CheckpointError) {
        hiddenSize = try file.size("hidden_size", default: 1408)
        intermediateSize = try file.size("intermediate_size", default: 6144)
        layerCount = try file.layerCount("num_hidden_layers", default: 39)
        headCount = try file.headCount("num_attention_heads", default: 16, dividing: hiddenSize)
        imageSize = try file.size("image_size", default: 224)
        patchSize = try file.size("patch_size", default: 14)
        guard patchSize <= imageSize else {
            throw file.invalid("patch_size", "at most image_size, which is \(imageSize) (the default is 14)")
        }
        activation = try file.activation("hidden_act", default: .gelu)
        layerNormEpsilon = try file.epsilon("layer_norm_eps", default: 1e-6)
        qkvBias = try file.boolean("qkv_bias", default: true)
    }
}
