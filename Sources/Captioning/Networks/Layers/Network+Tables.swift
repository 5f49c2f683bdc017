import Checkpoint
import Foundation
package import ONNXGraph

/// A table with a row for each token, [tokens, width]. Stored once for look-ups and for products.
package struct EmbeddingTable {
    package let name: String
    package let tokens: Int
    package let width: Int

    package init(name: String, tokens: Int, width: Int) {
        self.name = name
        self.tokens = tokens
        self.width = width
    }
}

extension Network {
    /// The rows of some tokens: [...] → [..., width].
    package func rows(of table: EmbeddingTable, _ ids: Value) throws -> Value {
        guard let packed = try packed(table) else {
            return graph.cast(graph.gather(try whole(table), ids), to: .float32)
        }
        return graph.quantizedRows(ids, panels: graph.weight(packed.weight), packed.form)
    }

    /// The logits of all tokens: [B, width] → [B, tokens].
    package func scores(_ x: Normalized, _ table: EmbeddingTable) throws -> Value {
        guard let packed = try packed(table) else {
            let table = try whole(table)
            return graph.cast(
                graph.matMul(graph.cast(normalized(x), to: table.elementType), transposed: table), to: .float32)
        }
        return graph.quantizedLinear(
            x.value, norm: x.norm?.fused(in: graph), panels: graph.weight(packed.weight), packed.form)
    }

    /// The table in floats, of 16 bits where the layers' are.
    private func whole(_ table: EmbeddingTable) throws -> Value {
        let weight = Weight.stored(try weights.tensor(table.name, shape: [table.tokens, table.width]))
        return graph.weight(format == .float16 ? weight.half : weight)
    }

    /// Tables have 8 bits even if layers have 4, because logits of two tokens may differ only a little.
    private func packed(_ table: EmbeddingTable) throws -> PackedMatrix? {
        guard case .quantized(_, let block) = format else { return nil }
        let tensor = try weights.tensor(table.name, shape: [table.tokens, table.width])
        return PackedMatrix(Matrix([MatrixRows(tensor)]), bits: 8, block: block)
    }

    // MARK: Tied tables

    /// The table of an output layer: the embeddings again where the two are tied, unless the checkpoint holds another table all
    /// the same, which transformers then uses.
    /// - Parameters:
    ///   - head: what the output layer's table is called.
    ///   - embeddings: the table that it is tied to.
    package func headTable(_ head: EmbeddingTable, tiedTo embeddings: EmbeddingTable, isTied: Bool) throws
        -> EmbeddingTable
    {
        try isTied && !differ(head.name, embeddings.name) ? embeddings : head
    }

    /// Whether the checkpoint holds both tensors, and they are not the same.
    private func differ(_ name: String, _ other: String) throws -> Bool {
        guard weights.contains(name), weights.contains(other) else { return false }
        let (head, embedding) = (try weights.tensor(name), try weights.tensor(other))
        defer {
            head.forgetPages()
            embedding.forgetPages()
        }
        guard head.scalarType == embedding.scalarType, head.byteCount == embedding.byteCount else { return true }
        return head.withUnsafeBytes { head in
            embedding.withUnsafeBytes { embedding in
                guard let left = head.baseAddress, let right = embedding.baseAddress else { return false }
                return memcmp(left, right, head.count) != 0
            }
        }
    }
}
