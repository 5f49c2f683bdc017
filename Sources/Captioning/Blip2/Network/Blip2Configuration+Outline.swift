public import Checkpoint
import Devices
import Networks

extension Blip2Configuration {
    /// The names and shapes of all tensors that the networks of this configuration read, in the order in which the
    /// networks ask for them. A head that is tied to the word embeddings is not among them.
    ///
    /// - Throws: what describing the networks throws.
    public func outline() throws -> [WeightOutline.Tensor] {
        let outline = WeightOutline()
        for graph in Blip2Graph.graphs(of: self) {
            _ = try graph.describe(self, weights: Weights(outline: outline), .fp32)
        }
        return outline.tensors
    }
}
