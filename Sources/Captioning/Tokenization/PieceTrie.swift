/// The pieces of a vocabulary by their bytes, so that all pieces that begin at a place are found in one walk.
struct PieceTrie: Sendable {
    /// The node behind another by a byte, as `node << 8 | byte`.
    private var children: [Int: Int32] = [:]
    /// The piece that ends at each node; -1 for none.
    private var pieces: [Int32] = [-1]

    /// A later piece of the same bytes takes an earlier one's place.
    mutating func insert(_ bytes: [UInt8], piece: Int) {
        var node = 0
        for byte in bytes {
            let edge = node << 8 | Int(byte)
            if let child = children[edge] {
                node = Int(child)
            } else {
                node = pieces.count
                children[edge] = Int32(node)
                pieces.append(-1)
            }
        }
        // A piece of no bytes is found nowhere.
        if node != 0 { pieces[node] = Int32(piece) }
    }

    /// Calls `body` with every piece that begins at `start`, shortest first, and its end.
    func forEachPiece(in text: [UInt8], from start: Int, _ body: (_ piece: Int, _ end: Int) -> Void) {
        var node = 0
        for position in start..<text.count {
            guard let child = children[node << 8 | Int(text[position])] else { return }
            node = Int(child)
            if pieces[node] >= 0 { body(Int(pieces[node]), position + 1) }
        }
    }
}
