package import Checkpoint

/// The shape of a vision tower of the BLIP family: a ViT with a class token.
///
/// Source: transformers, `BlipVisionConfig`, `Blip2VisionConfig` and `InstructBlipVisionConfig`, which differ in their defaults.
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
    package static let mostPatchesPerEdge = 64

    /// The squares that can be seen, by their sides in pixels.
    package var sides: ClosedRange<Int> { patchSize...max(imageSize, Self.mostPatchesPerEdge * patchSize) }

    /// The most patches that a picture may have, square or not.
    package var mostPatches: Int { max(patchCount, Self.mostPatchesPerEdge * Self.mostPatchesPerEdge) }

    /// Whether a picture has at least one patch, and not too many.
    package func takes(height: Int, width: Int) -> Bool {
        let (rows, columns) = (height / patchSize, width / patchSize)
        return rows >= 1 && columns >= 1 && rows <= mostPatches / columns
    }

    /// The values of keys that a file leaves out.
    package struct Defaults: Sendable {
        let hiddenSize, intermediateSize, layerCount, headCount, imageSize, patchSize: Int
        let layerNormEpsilon: Double
        /// Whether `qkv_bias` is a key of the model; without it, queries, keys and values always have a bias.
        let hasQKVBiasKey: Bool

        /// Those of BLIP.
        package static let blip = Defaults(
            hiddenSize: 768, intermediateSize: 3072, layerCount: 12, headCount: 12, imageSize: 384, patchSize: 16,
            layerNormEpsilon: 1e-5, hasQKVBiasKey: false)
        /// Those of BLIP-2 and InstructBLIP.
        package static let blip2 = Defaults(
            hiddenSize: 1408, intermediateSize: 6144, layerCount: 39, headCount: 16, imageSize: 224, patchSize: 14,
            layerNormEpsilon: 1e-6, hasQKVBiasKey: true)
    }

    /// - Throws: `invalidConfiguration`, naming the file, the key and its value.
    package init(_ file: ConfigurationFile, _ defaults: Defaults) throws(CheckpointError) {
        hiddenSize = try file.size("hidden_size", default: defaults.hiddenSize)
        intermediateSize = try file.size("intermediate_size", default: defaults.intermediateSize)
        layerCount = try file.layerCount("num_hidden_layers", default: defaults.layerCount)
        headCount = try file.headCount("num_attention_heads", default: defaults.headCount, dividing: hiddenSize)
        imageSize = try file.size("image_size", default: defaults.imageSize)
        patchSize = try file.size("patch_size", default: defaults.patchSize)
        guard patchSize <= imageSize else {
            throw file.invalid(
                "patch_size", "at most image_size, which is \(imageSize) (the default is \(defaults.patchSize))")
        }
        activation = try file.activation("hidden_act", default: .gelu)
        layerNormEpsilon = try file.epsilon("layer_norm_eps", default: defaults.layerNormEpsilon)
        qkvBias = defaults.hasQKVBiasKey ? try file.boolean("qkv_bias", default: true) : true
    }
}
