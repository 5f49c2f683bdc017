import Checkpoint
import Networks

extension CheckpointFolder {
    /// The weights under the names that the networks ask for, with or without the prefix of transformers'
    /// `Blip2PreTrainedModel` and `InstructBlipPreTrainedModel`.
    func blip2Weights() throws(CheckpointError) -> Weights {
        try weights(withoutPrefix: "blip.")
    }
}
