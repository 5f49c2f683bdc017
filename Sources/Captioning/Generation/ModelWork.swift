import Devices
import Networks
import ONNXGraph

/// What the stages of a caption have to compute and to read, as the checkpoint's own graphs say.
public struct ModelWork {
    /// One stage, once.
    public struct Stage: Sendable, Equatable {
        /// Operations of the products with weights, a multiplication and an addition being two. Attention's products of
        /// queries, keys and values are not counted, nor what goes number by number.
        public let operations: Int
        /// Bytes of the weights that are read whole. Tables that single rows are looked up in are not counted, nor are the
        /// keys and values of earlier tokens.
        public let bytes: Int
        /// Whether the products are of integers.
        public let usesIntegers: Bool
    }

    /// The stages of captions that are made side by side.
    public struct Stages: Sendable, Equatable {
        public let vision: Stage
        public let qFormer: Stage
        /// The language model over picture and prompt, up to the first new token.
        public let prefill: Stage
        /// One further token of every text.
        public let step: Stage
    }

    private let configuration: Blip2Configuration
    /// The graphs in floats, which operations are counted in.
    private let plain: [Blip2Graph: Graph]
    /// The graphs as they are run, which bytes are counted in.
    private let compiled: [Blip2Graph: Graph]

    /// Describes the model's graphs once more. Blocks for some milliseconds, or, where an OPT checkpoint has two tables of
    /// tokens, for as long as reading these takes.
    /// - Throws: `CheckpointError` where the checkpoint has changed since it was loaded.
    public init(_ model: Blip2Model) throws {
        let weights = try model.checkpoint.blip2Weights()
        let configuration = model.configuration
        func describe(_ precision: Precision) throws -> [Blip2Graph: Graph] {
            let graphs = try Blip2Graph.graphs(of: configuration).map {
                ($0, try $0.describe(configuration, weights: weights, precision))
            }
            return Dictionary(uniqueKeysWithValues: graphs)
        }
        self.configuration = configuration
        plain = try describe(.fp32)
        compiled = try describe(model.precision)
    }

    /// The work of some pictures together, of the size that the model was trained with, behind the prompt that stands for none.
    /// - Parameter beams: texts that are followed for each picture.
    public func stages(pictures: Int, beams: Int) -> Stages {
        let prompt = max(1, configuration.text.defaultPromptIDs.count)
        let vision = configuration.vision
        let context = [
            "batch": pictures, "height": vision.imageSize, "width": vision.imageSize, "patches": vision.patchCount,
            "images": configuration.queryTokenCount, "tokens": prompt,
        ]
        let one = ["batch": pictures * beams, "images": 0, "tokens": 1]
        var prefill = [(Blip2Graph.decoder, context)]
        if case .t5 = configuration.text {
            // The encoder reads the picture; the decoder's first run is a step like the others.
            prefill = [(.encoder, context), (.decoder, ["batch": pictures, "tokens": 1])]
        }
        return Stages(
            vision: stage([(.vision, context)]), qFormer: stage([(.qFormer, context)]), prefill: stage(prefill),
            step: stage([(.decoder, one)]))
    }

    private func stage(_ runs: [(graph: Blip2Graph, sizes: [String: Int])]) -> Stage {
        Stage(
            operations: runs.reduce(0) { $0 + (plain[$1.graph]?.productOperations($1.sizes) ?? 0) },
            bytes: runs.reduce(0) { $0 + (compiled[$1.graph]?.readByteCount ?? 0) },
            usesIntegers: runs.contains { compiled[$0.graph]?.hasQuantizedLayers ?? false })
    }
}
