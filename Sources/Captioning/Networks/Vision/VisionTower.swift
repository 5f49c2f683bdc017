import Checkpoint
import ONNXGraph
package import ONNXRuntime

/// The image encoder: a vision transformer that normalises before each block
/// (Dosovitskiy et al. 2021, arXiv:2010.11929; EVA-CLIP in the published checkpoints of BLIP-2).
package struct VisionTower {
    package let configuration: VisionConfiguration

    package init(_ configuration: VisionConfiguration) {
        self.configuration = configuration
    }

    /// The graph's inputs and its output `hidden_state`; see ``describe(in:_:)``.
    package func describe(in network: Network) throws {
        let edge = Dimension.fixed(configuration.patchesPerEdge)
        let inputs = Inputs(
            pixels: network.graph.input("pixel_values", .float32, ["batch", 3, "height", "width"]),
            rowWeights: network.graph.input("row_weights", .float32, ["rows", edge]),
            columnWeights: network.graph.input("column_weights", .float32, ["columns", edge]))
        network.graph.output(try describe(in: network, inputs), as: "hidden_state")
    }

    struct Inputs {
        /// [B, 3, height, width], normalised.
        let pixels: Value
        /// [h, g] and [w, g]: how the g rows and columns of learned positions become those of the picture's patches; see
        /// ``PositionInterpolation``.
        let rowWeights, columnWeights: Value
    }

    /// - Returns: the hidden states of the class token and all patches after the last layer norm, [B, T, H].
    func describe(in network: Network, _ inputs: Inputs) throws -> Value {
        var hidden = try embeddings(network, inputs)  // [B, T, H]
        for layer in 0..<configuration.layerCount {
            hidden = try network.graph.scope("vision.layers.\(layer)") {
                try encoderLayer(network, hidden, "vision_model.encoder.layers.\(layer)")  // [B, T, H]
            }
        }
        return network.normalized(try norm(network, hidden, "vision_model.post_layernorm"))
    }

    /// Patches as tokens, a class token before them, and a position for each.
    private func embeddings(_ network: Network, _ inputs: Inputs) throws -> Value {
        let graph = network.graph
        let (width, patch, name) = (configuration.hiddenSize, configuration.patchSize, "vision_model.embeddings")
        let patches = graph.convolution(
            inputs.pixels, kernel: try network.parameter("\(name).patch_embedding.weight", [width, 3, patch, patch]),
            bias: try network.parameter("\(name).patch_embedding.bias", [width]), stride: patch)  // [B, H, h, w]
        let sequence = graph.transpose(
            graph.reshape(patches, ["batch", .fixed(width), "patches"]), [0, 2, 1])  // [B, P, H]
        let classToken = graph.repeated(
            try network.parameter("\(name).class_embedding", [1, 1, width]), alongFirstAxisOf: inputs.pixels
        )  // [B, 1, H]
        let positions = try network.parameter("\(name).position_embedding", [1, configuration.tokenCount, width])
        return graph.add(
            graph.concat([classToken, sequence], axis: 1), interpolated(positions, in: graph, inputs))  // [B, T, H]
    }

    /// The learned positions, [1, 1 + g·g, H], at the picture's patches, [1, T, H]. The class token keeps its own.
    ///
    /// Rows and columns are interpolated one after the other, which is next to nothing beside a single layer. A picture of the
    /// size that the model was trained with gets the positions as they are: they are multiplied by one.
    private func interpolated(_ positions: Value, in graph: Graph, _ inputs: Inputs) -> Value {
        let (edge, width) = (configuration.patchesPerEdge, configuration.hiddenSize)
        let grid = graph.reshape(
            graph.slice(positions, axis: 1, from: 1, to: configuration.tokenCount),
            [.fixed(edge), .fixed(edge * width)])  // [g, g·H]
        let rows = graph.reshape(
            graph.matMul(inputs.rowWeights, grid),
            [inputs.rowWeights.shape[0], .fixed(edge), .fixed(width)])  // [h, g, H]
        let patches = graph.stackedMatMul(inputs.columnWeights, rows)  // [h, w, H]
        return graph.concat(
            [graph.slice(positions, axis: 1, from: 0, to: 1), graph.reshape(patches, [1, "patches", .fixed(width)])],
            axis: 1)  // [1, T, H]
    }

    private func encoderLayer(_ network: Network, _ input: Value, _ name: String) throws -> Value {
        let width = configuration.hiddenSize

        let normed = try norm(network, input, "\(name).layer_norm1")
        let qkv = network.projections(normed, try queriesKeysValues(network, "\(name).self_attn"))
        let attended = network.attention(
            query: qkv[0], key: qkv[1], value: qkv[2], heads: configuration.headCount,
            headSize: width / configuration.headCount)  // [B, T, H]
        let hidden = try network.linear(
            attended, "\(name).self_attn.projection", from: width, to: width, residual: input)

        return network.feedForward(
            try norm(network, hidden, "\(name).layer_norm2"),
            try network.layer("\(name).mlp.fc1", from: width, to: configuration.intermediateSize),
            configuration.activation,
            try network.layer("\(name).mlp.fc2", from: configuration.intermediateSize, to: width),
            residual: hidden)  // [B, T, H]
    }

    /// Queries, keys and values: three layers whose weights lie in one tensor.
    ///
    /// Old checkpoints hold the biases of queries and values, each for itself; keys have none, since a bias of all keys
    /// changes no attention.
    private func queriesKeysValues(_ network: Network, _ name: String) throws -> [LinearLayer] {
        let (weights, width) = (network.weights, configuration.hiddenSize)
        let matrix = try weights.tensor("\(name).qkv.weight", shape: [3 * width, width])
        let parts = (0..<3).map { $0 * width..<($0 + 1) * width }
        var biases: [VectorPart?] = [nil, nil, nil]
        if configuration.qkvBias {
            if weights.contains("\(name).qkv.bias") || !weights.contains("\(name).q_bias") {
                let joint = try weights.tensor("\(name).qkv.bias", shape: [3 * width])
                biases = parts.map { VectorPart(joint, $0) }
            } else {
                biases[0] = VectorPart(try weights.tensor("\(name).q_bias", shape: [width]))
                biases[2] = VectorPart(try weights.tensor("\(name).v_bias", shape: [width]))
            }
        }
        return zip(parts, biases).map { LinearLayer([MatrixRows(matrix, $0)], bias: [$1]) }
    }

    private func norm(_ network: Network, _ x: Value, _ name: String) throws -> Normalized {
        try network.layerNorm(x, name, configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    }
}

extension VisionTower {
    /// Runs the compiled graph. Blocks.
    ///
    /// A picture of another size than the model was trained with is seen with its positions interpolated, as by transformers'
    /// `interpolate_pos_encoding=True`; pixels beyond the last whole patch are left out.
    /// - Parameter pixels: float32 [B, 3, height, width].
    /// - Returns: float32 [B, T, H].
    /// - Throws: `invalidInput` for another shape; `ONNXRuntimeError`.
    package func run(_ pixels: Tensor, in session: Session, options: RunOptions?) throws -> Tensor {
        guard pixels.shape.count == 4, pixels.shape[0] > 0, pixels.shape[1] == configuration.channelCount,
            configuration.takes(height: pixels.shape[2], width: pixels.shape[3])
        else {
            throw NetworksError(
                .invalidInput,
                "Pixels of shape \(pixels.shape) were given; this model takes [B, 3, height, width] in patches of "
                    + "\(configuration.patchSize) × \(configuration.patchSize) pixels, from 1 to "
                    + "\(configuration.mostPatches) of them.")
        }
        let (rows, columns) = (
            pixels.shape[2] / configuration.patchSize, pixels.shape[3] / configuration.patchSize
        )
        let hidden = try Tensor(.float32, shape: [pixels.shape[0], 1 + rows * columns, configuration.hiddenSize])
        try session.run(
            [
                "pixel_values": pixels,
                "row_weights": try PositionInterpolation.weights(from: configuration.patchesPerEdge, to: rows),
                "column_weights": try PositionInterpolation.weights(from: configuration.patchesPerEdge, to: columns),
            ], into: ["hidden_state": hidden], options: options)
        return hidden
    }
}
