import Checkpoint
import Networks
import ONNXGraph

/// What BART's encoder and decoder have in common: learned positions, and layers that normalise behind each block
/// (Lewis et al. 2019, arXiv:1910.13461).
///
/// States go from block to block with their last norm pending: a quantised layer computes it itself, and evens out its channels
/// (`ScaleMigration`); what is added to the next block's result is normalised for itself.
struct BARTNetwork {
    let configuration: BARTConfiguration
    let tiesWordEmbeddings: Bool
    let network: Network

    private static let name = "model.language_model"

    var graph: Graph { network.graph }

    /// Word embeddings, scaled: [...] → [..., H].
    func words(_ ids: Value, _ table: EmbeddingTable) throws -> Value {
        let rows = try network.rows(of: table, ids)
        guard configuration.embeddingScale != 1 else { return rows }
        return graph.multiply(rows, graph.constant(configuration.embeddingScale))
    }

    /// Adds the embeddings of positions, int64, and normalises: [B, T, H].
    func embedded(_ x: Value, positions: Value, _ stack: String) throws -> Normalized {
        let width = configuration.hiddenSize
        let table = try network.parameter(
            "\(Self.name).\(stack).embed_positions.weight",
            [configuration.maximumPositions + BARTConfiguration.positionOffset, width])
        let rows = graph.add(positions, graph.constant([BARTConfiguration.positionOffset]))
        return try norm(graph.add(x, graph.gather(table, rows)), "\(Self.name).\(stack).layernorm_embedding")
    }

    func norm(_ x: Value, _ name: String) throws -> Normalized {
        try network.layerNorm(
            x, name, configuration.hiddenSize, epsilon: BARTConfiguration.layerNormEpsilon)
    }

    /// Projections into heads, over the same input: [B, T, H] → [B, T, H] each.
    func projections(_ x: Normalized, _ name: String, _ parts: [String]) throws -> [Graph.Heads] {
        let width = configuration.hiddenSize
        return network.projections(x, try parts.map { try network.layer("\(name).\($0)", from: width, to: width) })
    }

    /// What attention gave, through its last layer, with the residual and the norm behind both: [B, T, H].
    func attended(_ x: Value, residual: Normalized, _ name: String) throws -> Normalized {
        let width = configuration.hiddenSize
        let sum = try network.linear(
            x, "\(name).out_proj", from: width, to: width, residual: network.normalized(residual))
        return try norm(sum, "\(name)_layer_norm")
    }

    /// The feed-forward block of a layer: [B, T, H].
    func feedForward(_ x: Normalized, _ size: Int, _ name: String) throws -> Normalized {
        let width = configuration.hiddenSize
        let sum = network.feedForward(
            x, try network.layer("\(name).fc1", from: width, to: size), configuration.activation,
            try network.layer("\(name).fc2", from: size, to: width), residual: network.normalized(x))
        return try norm(sum, "\(name).final_layer_norm")
    }

    static func layer(_ stack: String, _ index: Int) -> String { "\(name).\(stack).layers.\(index)" }

    // MARK: Embedding tables

    /// The table of the words in front of the encoder.
    func encoderTable() throws -> EmbeddingTable { try table(Self.tableNames[0]) }

    /// The table of the decoder's own words.
    func decoderTable() throws -> EmbeddingTable { try table(Self.tableNames[2]) }

    /// The table of the output layer.
    func headTable() throws -> EmbeddingTable {
        tiesWordEmbeddings ? try table(Self.headName) : named(Self.headName)
    }

    private static let headName = "lm_head.weight"
    private static let tableNames = ["shared", "encoder.embed_tokens", "decoder.embed_tokens"].map {
        "\(name).\($0).weight"
    }

    /// transformers ties all tables to `shared` and stores one of them; which one, has changed with its versions. Where a
    /// checkpoint holds another table for a place, that one is used.
    private func table(_ name: String) throws -> EmbeddingTable {
        let tied = Self.tableNames + (tiesWordEmbeddings ? [Self.headName] : [])
        guard let shared = tied.first(where: network.weights.contains) else { return named(Self.tableNames[0]) }
        return try network.headTable(named(name), tiedTo: named(shared), isTied: true)
    }

    private func named(_ name: String) -> EmbeddingTable {
        EmbeddingTable(name: name, tokens: configuration.vocabularySize, width: configuration.hiddenSize)
    }
}
