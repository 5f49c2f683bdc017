import Checkpoint

extension CheckpointFolder {
    /// The weights under the names that the networks ask for, whichever dialect they are in.
    /// - Throws: `unexpectedShape` or what opening them throws; `invalidTensor` where the older dialect's bias of the logits, which
    ///   no published checkpoint sets, is not zero.
    func florence2Weights() throws(CheckpointError) -> Weights {
        let weights = try weights().adding(Florence2Names.current)
        let bias = "language_model.final_logits_bias"
        if weights.contains(bias) {
            let tensor = try weights.tensor(bias)
            guard try tensor.floats().allSatisfy({ $0 == 0 }) else {
                throw CheckpointError(
                    .invalidTensor,
                    "Tensor \"\(bias)\" in \(tensor.filePath) is not zero; transformers' Florence-2 has no such bias. Use a checkpoint "
                        + "that it saved, such as florence-community/Florence-2-base.")
            }
        }
        return weights
    }
}

/// What the tensors of the repositories with remote code are called in transformers.
///
/// Source: transformers, `convert_florence2_original_pytorch_to_hf.py`.
enum Florence2Names {
    /// The current name of a tensor. A name that is current already stays, and `image_projection` does, whose axes differ.
    static func current(_ name: String) -> String {
        if name.hasPrefix("language_model.model.") {
            return "model.language_model." + name.dropFirst("language_model.model.".count)
        }
        if name == "language_model.lm_head.weight" { return "lm_head.weight" }
        if name.hasPrefix("vision_tower.") { return "model." + visionName(name) }
        for (older, current) in [
            ("image_proj_norm.", "image_proj_norm."), ("image_pos_embed.", "image_position_embed."),
            ("visual_temporal_embed.", "visual_temporal_embed."),
        ] where name.hasPrefix(older) {
            return "model.multi_modal_projector." + current + name.dropFirst(older.count)
        }
        // What a Florence2Model saved for itself.
        let isOfBaseModel = name.hasPrefix("multi_modal_projector.") || name.hasPrefix("language_model.")
        return isOfBaseModel ? "model." + name : name
    }

    private static func visionName(_ name: String) -> String {
        if name.hasPrefix("vision_tower.convs.") { return name.replacing(".proj.", with: ".conv.") }
        var name = name
        for (older, current) in [
            (".fn.dw.", "."), (".window_attn.norm.", ".norm1."), (".channel_attn.norm.", ".norm1."),
            (".ffn.norm.", ".norm2."), (".ffn.fn.net.", ".ffn."), (".window_attn.fn.", ".window_attn."),
            (".channel_attn.fn.", ".channel_attn."),
        ] {
            name = name.replacing(older, with: current)
        }
        return name
    }
}
