import Devices
import Networks

extension Precision {
    /// How a graph holds the matrices of its layers.
    ///
    /// Pictures pass many rows through each layer, so that arithmetic is what takes time there, and long blocks cost least
    /// of it. The decoder reads all its weights for each token, so that they should be few bytes; short blocks lose less.
    func format(of graph: Blip2Graph) -> WeightFormat {
        switch (self, graph) {
        // transformers keeps the Q-Former so too: `_keep_in_fp32_modules` of `Blip2PreTrainedModel`. It is small.
        case (.fp32, _), (.fp16, .qFormer): .float32
        case (.fp16, _): .float16
        case (_, .vision), (_, .qFormer): .quantized(bits: 8, block: 512)
        case (.int4, .decoder): .quantized(bits: 4, block: 128)
        case (_, .encoder), (_, .decoder), (_, .rows): .quantized(bits: 8, block: 128)
        }
    }
}
