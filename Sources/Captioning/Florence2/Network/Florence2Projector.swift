import Checkpoint
import Foundation
import Networks
import ONNXGraph

/// What makes the vision tower's features tokens of the language model: positions, a token that is the mean of all, a linear
/// layer and a norm.
struct Florence2Projector {
    let configuration: DaViTConfiguration
    private let name = "model.multi_modal_projector"

    /// What the older dialect calls the matrix of the linear layer, which lies there with its axes exchanged.
    static let olderProjection = "image_projection"

    /// - Parameter features: [B, rows, columns, C].
    /// - Returns: [B, 1 + rows · columns, D], the mean first.
    func describe(in network: Network, _ features: Value) throws -> Value {
        let graph = network.graph
        let (rows, columns) = (features.shape[1].size ?? 1, features.shape[2].size ?? 1)
        let (count, width) = (rows * columns, configuration.width)
        let tokens = graph.add(
            graph.reshape(features, [features.shape[0], .fixed(count), .fixed(width)]),
            graph.weight(try positions(network.weights, rows: rows, columns: columns)))  // [B, N, C]
        let all = graph.concat([graph.mean(tokens, axis: 1), tokens], axis: 1)  // [B, 1+N, C]
        let projected = network.linear(
            Normalized(value: all, norm: nil), try projection(network.weights))  // [B, 1+N, D]
        return network.normalized(
            try network.layerNorm(
                projected, "\(name).image_proj_norm", configuration.projectionSize,
                epsilon: DaViTConfiguration.layerNormEpsilon))
    }

    private func projection(_ weights: Weights) throws -> LinearLayer {
        let (width, size) = (configuration.width, configuration.projectionSize)
        let matrix =
            weights.contains(Self.olderProjection)
            ? try weights.tensor(Self.olderProjection, shape: [width, size]).transposed()
            : try weights.tensor("\(name).image_projection.weight", shape: [size, width])
        return LinearLayer([MatrixRows(matrix)], bias: [nil])
    }

    /// What is added to the features, [N, C]: the embedding of the column, that of the row behind it, and the first temporal
    /// position, which a picture has.
    private func positions(_ weights: Weights, rows: Int, columns: Int) throws -> Weight {
        let (width, count) = (configuration.width, configuration.maximumPositions)
        let half = width / 2
        let table = "\(name).image_position_embed"
        let row = VectorPart(try weights.tensor("\(table).row_embeddings.weight", shape: [count, half]))
        let column = VectorPart(try weights.tensor("\(table).column_embeddings.weight", shape: [count, width - half]))
        let temporal = try temporalPosition(weights)
        return Weight("positions", .float32, shape: [rows * columns, width]) { sink in
            let (row, column) = (try row.floats(), try column.floats())
            let first = try temporal?.floats() ?? (0..<width).map { Float($0 % 2) }
            for y in 0..<rows {
                var line: [Float] = []
                line.reserveCapacity(columns * width)
                for x in 0..<columns {
                    line += column[x * (width - half)..<(x + 1) * (width - half)]
                    line += row[y * half..<(y + 1) * half]
                    for channel in 0..<width { line[x * width + channel] += first[channel] }
                }
                try line.withUnsafeBytes { try sink($0) }
            }
        }
    }

    /// The first temporal position, [C]; nil where the checkpoint does not hold the table, which is sines of 0 in even channels
    /// and cosines of 0 in odd ones there.
    private func temporalPosition(_ weights: Weights) throws -> VectorPart? {
        let name = "\(name).visual_temporal_embed.pos_idx_to_embed"
        guard weights.contains(name) else { return nil }
        let shape = [configuration.temporalPositionCount, configuration.width]
        return VectorPart(try weights.tensor(name, shape: shape), 0..<configuration.width)
    }
}
