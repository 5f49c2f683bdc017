/// Columns for a terminal: the first one aligned on the left, the others on the right.
struct TextTable {
    private var rows: [[String]]

    /// - Parameter headings: with the units of what stands below.
    init(_ headings: [String]) {
        rows = [headings]
    }

    mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    var text: String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column > 0 ? space + cell : column == row.count - 1 ? cell : cell + space
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
