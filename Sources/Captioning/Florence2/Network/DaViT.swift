import Checkpoint
import Networks
import ONNXGraph

/// The vision tower: a transformer in four stages, in each of which blocks that attend within windows of the picture take turns
/// with blocks whose channels attend to each other (Ding et al. 2022, arXiv:2204.03645).
///
/// Features are [B, rows, columns, C] throughout: linear layers and norms want the channels last. Convolutions get them first;
/// ONNX Runtime joins these transpositions with its own layout.
struct DaViT {
    let configuration: DaViTConfiguration
    private let name = "model.vision_tower"

    /// - Parameter pixels: [B, 3, height, width], normalised.
    /// - Returns: [B, rows, columns, C].
    func describe(in network: Network, _ pixels: Value) throws -> Value {
        var hidden = network.graph.transpose(pixels, [0, 2, 3, 1])  // [B, H, W, 3]
        for (index, stage) in configuration.stages.enumerated() {
            hidden = try network.graph.scope("vision.stages.\(index)") {
                let inputWidth = index == 0 ? configuration.channelCount : configuration.stages[index - 1].width
                var hidden = try embedding(network, hidden, stage, from: inputWidth, "\(name).convs.\(index)")
                for block in 0..<stage.depth {
                    let name = "\(name).blocks.\(index).\(block)"
                    hidden = try spatialBlock(network, hidden, stage, "\(name).spatial_block")
                    hidden = try channelBlock(network, hidden, stage, "\(name).channel_block")
                }
                return hidden  // [B, H / s, W / s, C]
            }
        }
        return hidden
    }

    // MARK: Convolutions

    /// The convolution that a stage begins with, and its norm, before or behind it: [B, H, W, C'] → [B, H / s, W / s, C].
    private func embedding(
        _ network: Network, _ input: Value, _ stage: DaViTConfiguration.Stage, from inputWidth: Int, _ name: String
    ) throws -> Value {
        func norm(_ x: Value, _ width: Int) throws -> Value {
            network.normalized(try self.norm(network, x, "\(name).norm", width))
        }
        let normed = stage.normsBefore ? try norm(input, inputWidth) : input
        let size = stage.kernelSize
        let convolved = network.graph.convolution(
            network.graph.transpose(normed, [0, 3, 1, 2]),
            kernel: try network.parameter("\(name).conv.weight", [stage.width, inputWidth, size, size]),
            bias: try network.parameter("\(name).conv.bias", [stage.width]), stride: stage.stride,
            padding: stage.padding)  // [B, C, H / s, W / s]
        let result = network.graph.transpose(convolved, [0, 2, 3, 1])
        return stage.normsBefore ? result : try norm(result, stage.width)
    }

    /// A depth-wise convolution and its residual, which tell a feature where it stands among its neighbours: [B, H, W, C].
    private func positions(_ network: Network, _ input: Value, _ width: Int, _ name: String) throws -> Value {
        let graph = network.graph
        let kernel = try network.weights.tensor("\(name).weight", shape: [width, 1, 3, 3])
        let convolved = graph.convolution(
            graph.transpose(input, [0, 3, 1, 2]), kernel: graph.weight(.withResidual(kernel)),
            bias: try network.parameter("\(name).bias", [width]), stride: 1, padding: 1, groups: width
        )  // [B, C, H, W]
        return graph.transpose(convolved, [0, 2, 3, 1])
    }

    // MARK: Blocks

    private func spatialBlock(
        _ network: Network, _ input: Value, _ stage: DaViTConfiguration.Stage, _ name: String
    ) throws -> Value {
        let placed = try positions(network, input, stage.width, "\(name).conv1")
        let attended = try windowAttention(network, placed, stage, name)
        return try feedForward(
            network, try positions(network, attended, stage.width, "\(name).conv2"), stage, name)  // [B, H, W, C]
    }

    private func channelBlock(
        _ network: Network, _ input: Value, _ stage: DaViTConfiguration.Stage, _ name: String
    ) throws -> Value {
        let placed = try positions(network, input, stage.width, "\(name).conv1")
        let attended = try channelAttention(network, placed, stage, name)
        return try feedForward(
            network, try positions(network, attended, stage.width, "\(name).conv2"), stage, name)  // [B, H, W, C]
    }

    private func feedForward(
        _ network: Network, _ input: Value, _ stage: DaViTConfiguration.Stage, _ name: String
    ) throws -> Value {
        network.feedForward(
            try norm(network, input, "\(name).norm2", stage.width),
            try network.layer("\(name).ffn.fc1", from: stage.width, to: stage.innerWidth), configuration.activation,
            try network.layer("\(name).ffn.fc2", from: stage.innerWidth, to: stage.width), residual: input)
    }

    // MARK: Attention

    /// Attention of the features of a window to each other, with its residual: [B, H, W, C].
    ///
    /// Where the last windows reach beyond the picture, zeros are put there behind the norm; nothing masks them, so that they take
    /// part in the attention, as keys that are the bias alone.
    private func windowAttention(
        _ network: Network, _ input: Value, _ stage: DaViTConfiguration.Stage, _ name: String
    ) throws -> Value {
        let windows = Windows(input, size: configuration.windowSize)
        let norm = try norm(network, input, "\(name).norm1", stage.width)
        // Nothing may stand between a norm and the layer that computes it; where no zeros do, it goes into the layer.
        let normed =
            windows.isPadded
            ? Normalized(
                value: windows.partition(network.normalized(norm), in: network.graph), norm: nil, applied: norm.norm)
            : Normalized(value: windows.partition(input, in: network.graph), norm: norm.norm)  // [B·windows, w·w, C]
        let heads = network.projections(normed, try queriesKeysValues(network, stage, "\(name).window_attn"))
        let attended = network.attention(
            query: heads[0], key: heads[1], value: heads[2], heads: stage.headCount,
            headSize: stage.width / stage.headCount)  // [B·windows, w·w, C]
        let residual = windows.isPadded ? windows.partition(input, in: network.graph) : normed.value
        let projected = try network.linear(
            attended, "\(name).window_attn.proj", from: stage.width, to: stage.width, residual: residual)
        return windows.merge(projected, in: network.graph)
    }

    /// Attention of channels to each other, within groups of them, over all features of the picture: [B, H, W, C].
    ///
    /// A channel is as long as the picture has features, N, so that products are scaled by N^-0.5. They are summed up in 32 bits
    /// at any precision: N is tens of thousands.
    private func channelAttention(
        _ network: Network, _ input: Value, _ stage: DaViTConfiguration.Stage, _ name: String
    ) throws -> Value {
        let graph = network.graph
        let (rows, columns) = (input.shape[1].size ?? 1, input.shape[2].size ?? 1)
        let (count, width) = (rows * columns, stage.width)
        let size = width / stage.groupCount
        let tokens = graph.reshape(input, [input.shape[0], .fixed(count), .fixed(width)])  // [B, N, C]
        let normed = try norm(network, tokens, "\(name).norm1", width)
        // One by one: each is as large as the picture's features, and is needed in an order of its own.
        let parts = try queriesKeysValues(network, stage, "\(name).channel_attn").map { layer in
            graph.reshape(
                graph.cast(network.projections(normed, [layer])[0].value, to: .float32),
                [input.shape[0], .fixed(count), .fixed(stage.groupCount), .fixed(size)])  // [B, N, groups, D]
        }
        let products = graph.stackedMatMul(
            graph.transpose(parts[0], [0, 2, 3, 1]), graph.transpose(parts[1], [0, 2, 1, 3]))  // [B, groups, D, D]
        let scores = graph.multiply(products, graph.constant(1 / Float(count).squareRoot()))
        // Values are multiplied from the left, so that the long axis stays where it is.
        let attended = graph.stackedMatMul(
            graph.transpose(parts[2], [0, 2, 1, 3]), graph.transpose(graph.softmax(scores), [0, 1, 3, 2])
        )  // [B, groups, N, D]
        let joined = graph.reshape(
            graph.transpose(attended, [0, 2, 1, 3]), [input.shape[0], .fixed(count), .fixed(width)])  // [B, N, C]
        let projected = try network.linear(
            joined, "\(name).channel_attn.proj", from: width, to: width, residual: tokens)
        return graph.reshape(projected, [input.shape[0], .fixed(rows), .fixed(columns), .fixed(width)])
    }

    /// Three layers whose weights lie in one tensor.
    private func queriesKeysValues(
        _ network: Network, _ stage: DaViTConfiguration.Stage, _ name: String
    ) throws -> [LinearLayer] {
        let width = stage.width
        let matrix = try network.weights.tensor("\(name).qkv.weight", shape: [3 * width, width])
        let bias =
            configuration.qkvBias ? try network.weights.tensor("\(name).qkv.bias", shape: [3 * width]) : nil
        return (0..<3).map { part in
            let rows = part * width..<(part + 1) * width
            return LinearLayer([MatrixRows(matrix, rows)], bias: [bias.map { VectorPart($0, rows) }])
        }
    }

    private func norm(_ network: Network, _ x: Value, _ name: String, _ width: Int) throws -> Normalized {
        try network.layerNorm(x, name, width, epsilon: DaViTConfiguration.layerNormEpsilon)
    }
}

extension Weight {
    /// The kernels of a depth-wise convolution, [C, 1, 3, 3], with 1 added in their middle: what they give is then the convolution
    /// and the residual at once.
    fileprivate static func withResidual(_ kernel: StoredTensor) -> Weight {
        Weight("\(kernel.name)+1", .float32, shape: kernel.shape) { sink in
            var values = try VectorPart(kernel).floats()
            for middle in stride(from: 4, to: values.count, by: 9) { values[middle] += 1 }
            try values.withUnsafeBytes { try sink($0) }
        }
    }
}

/// How a picture's features are divided into windows that do not overlap, with zeros where they reach beyond it.
struct Windows {
    private let shape: [Dimension]
    private let size: Int
    private let rows: Int
    private let columns: Int

    /// How many there are of one picture.
    static func count(_ grid: (rows: Int, columns: Int), size: Int) -> Int {
        ((grid.rows + size - 1) / size) * ((grid.columns + size - 1) / size)
    }

    /// What the axis is called along which the windows of all pictures lie, by how many there are of one.
    static func axis(_ count: Int) -> String { "windows\(count)" }

    /// - Parameter features: [B, H, W, C], with H, W and C known.
    init(_ features: Value, size: Int) {
        (shape, self.size) = (features.shape, size)
        rows = ((features.shape[1].size ?? 1) + size - 1) / size
        columns = ((features.shape[2].size ?? 1) + size - 1) / size
    }

    /// Whether the windows reach beyond the picture.
    var isPadded: Bool { shape[1] != .fixed(rows * size) || shape[2] != .fixed(columns * size) }

    /// [B, H, W, C] → [B·windows, w·w, C].
    func partition(_ x: Value, in graph: Graph) -> Value {
        let padded = graph.padded(graph.padded(x, axis: 1, to: rows * size), axis: 2, to: columns * size)
        let split = graph.reshape(
            padded, [shape[0], .fixed(rows), .fixed(size), .fixed(columns), .fixed(size), shape[3]])
        return graph.reshape(
            graph.transpose(split, [0, 1, 3, 2, 4, 5]),
            [.symbol(Self.axis(rows * columns)), .fixed(size * size), shape[3]])
    }

    /// [B·windows, w·w, C] → [B, H, W, C].
    func merge(_ x: Value, in graph: Graph) -> Value {
        let split = graph.reshape(x, [shape[0], .fixed(rows), .fixed(columns), .fixed(size), .fixed(size), shape[3]])
        var whole = graph.reshape(
            graph.transpose(split, [0, 1, 3, 2, 4, 5]),
            [shape[0], .fixed(rows * size), .fixed(columns * size), shape[3]])
        for axis in 1...2 where whole.shape[axis] != shape[axis] {
            whole = graph.slice(whole, axis: axis, from: 0, to: shape[axis].size ?? 0)
        }
        return whole
    }
}
