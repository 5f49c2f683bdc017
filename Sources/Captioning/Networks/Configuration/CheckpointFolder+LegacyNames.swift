package import Checkpoint

extension CheckpointFolder {
    /// The weights under the names that the networks ask for, also for checkpoints with legacy names.
    ///
    /// Renames what transformers renames when loading: the prefix of a base model, and the names of layer norms' gains
    /// and shifts from before 2019.
    /// Source: transformers, `base_model_prefix` of its models and the mapping "legacy" in `conversion_mapping.py`.
    /// - Parameter prefix: the base model's, with its dot.
    package func weights(withoutPrefix prefix: String) throws(CheckpointError) -> Weights {
        try weights().adding { name in
            var name = name[...]
            if name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
            if name.hasSuffix("LayerNorm.gamma") { return name.dropLast("gamma".count) + "weight" }
            if name.hasSuffix("LayerNorm.beta") { return name.dropLast("beta".count) + "bias" }
            return String(name)
        }
    }
}
