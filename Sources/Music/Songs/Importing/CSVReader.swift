/// Reads comma-separated values (RFC 4180) row by row, also with semicolons, tabs or vertical bars: what a line `sep=;` before
/// all others says, else what the first line has most of.
///
/// A row that is longer than ``longestRow`` is not held: it is passed over up to the next end of a line.
struct CSVReader {
    /// Bytes that a row may have.
    static let longestRow = 1 << 20

    /// A row, or why it is none.
    struct Row {
        let line: Int
        let cells: [String]
        let problem: String?
    }

    private static let separators = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }

    private var text: TextFile
    private var separator: UInt8?
    /// Whether the text ended between quotation marks.
    private var isOpen = false

    init(_ text: TextFile) {
        self.text = text
    }

    var bytesRead: Int64 { text.bytesRead }
    var bytesTotal: Int64? { text.bytesTotal }

    /// The next row; nil behind the last. Lines in which nothing stands are no rows.
    mutating func next() throws(SongsError) -> Row? {
        while true {
            let line = text.lineNumber
            guard let bytes = try record() else { return nil }
            guard let bytes = bytes.value else {
                return Row(
                    line: line, cells: [],
                    problem: "the row is longer than 1 MB, and all up to line \(text.lineNumber - 1) was left out; "
                        + "is a quotation mark missing?")
            }
            if isOpen {
                return Row(
                    line: line, cells: [],
                    problem:
                        "a quotation mark is never closed, and all behind it, up to line \(text.lineNumber), was left out"
                )
            }
            if bytes.isEmpty { continue }
            if separator == nil {
                if let named = Self.named(by: bytes) {
                    separator = named
                    continue
                }
                separator = Self.separator(of: bytes)
            }
            let cells = cells(bytes)
            if cells.allSatisfy({ $0.utf8.allSatisfy { $0 <= 0x20 } }) { continue }
            return Row(line: line, cells: cells, problem: nil)
        }
    }

    private struct Record {
        /// Nil where it is too long.
        let value: [UInt8]?
    }

    /// The bytes up to the end of a line that is not between quotation marks.
    private mutating func record() throws(SongsError) -> Record? {
        guard try text.peek() != nil else { return nil }
        var bytes: [UInt8] = []
        // Only at the beginning of a cell does a quotation mark open anything: 12" is a length.
        var (isQuoted, isBeginning) = (false, true)
        while let byte = try text.next() {
            if byte == UInt8(ascii: "\"") {
                if isQuoted, try text.peek() == byte, let another = try text.next() {
                    bytes += [byte, another]
                    continue
                }
                isQuoted = !isQuoted && isBeginning
            }
            isBeginning = !isQuoted && separates(byte)
            if byte == 0x0A, !isQuoted { break }
            bytes.append(byte)
            if bytes.count > Self.longestRow {
                while let byte = try text.next(), byte != 0x0A {}
                return Record(value: nil)
            }
        }
        isOpen = isQuoted
        return Record(value: bytes)
    }

    private func separates(_ byte: UInt8) -> Bool {
        separator.map { $0 == byte } ?? Self.separators.contains(byte)
    }

    /// What Excel's own line `sep=;` says; nil for any other line.
    private static func named(by line: [UInt8]) -> UInt8? {
        var line = line
        line.removeAll { $0 == UInt8(ascii: "\"") }
        guard line.count >= 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep=" else {
            return nil
        }
        // Saved again, the line may have got separators of its own.
        return line.dropFirst(5).allSatisfy { $0 == line[4] } ? line[4] : nil
    }

    /// What separates the cells of the first line.
    private static func separator(of line: [UInt8]) -> UInt8 {
        var isQuoted = false
        var counts = separators.map { (separator: $0, count: 0) }
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard !isQuoted, let place = counts.firstIndex(where: { $0.separator == byte }) else { continue }
            counts[place].count += 1
        }
        return counts.reduce(counts[0]) { $1.count > $0.count ? $1 : $0 }.separator
    }

    private mutating func cells(_ bytes: [UInt8]) -> [String] {
        let quote = UInt8(ascii: "\"")
        var result: [String] = []
        var cell: [UInt8] = []
        var (isQuoted, index) = (false, 0)
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if isQuoted {
                if byte != quote {
                    cell.append(byte)
                } else if index < bytes.count, bytes[index] == quote {
                    cell.append(quote)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if byte == separator {
                result.append(text.text(cell))
                cell.removeAll(keepingCapacity: true)
            } else if byte == quote, cell.isEmpty {
                isQuoted = true
            } else {
                cell.append(byte)
            }
        }
        result.append(text.text(cell))
        return result
    }
}
