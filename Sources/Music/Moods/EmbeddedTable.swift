package import CSongFiles

/// A table that is part of the program: a CSV file with comments behind #, a heading, then rows of cells without quotes.
///
/// A row that has too few cells is a mistake of ours, which the tests find by counting.
package struct EmbeddedTable {
    /// The rows below the heading, each with as many cells as the table has columns.
    package let rows: [[String]]

    /// - Parameter columns: how many cells a row has; what stands behind further commas belongs to the last one.
    package init(_ file: song_file, columns: Int) {
        let bytes = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("#") }
        rows = lines.dropFirst().compactMap { line in
            let cells = line.split(separator: ",", maxSplits: columns - 1, omittingEmptySubsequences: false)
            return cells.count == columns ? cells.map(String.init) : nil
        }
    }
}
