import Checkpoint
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
}
