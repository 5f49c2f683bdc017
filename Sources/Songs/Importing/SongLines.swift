import Foundation

/// Songs from JSON lines: an object a line, with the names that our own tables have.
struct SongLines: SongReading {
    private var text: TextFile

    init(_ text: TextFile) {
        self.text = text
    }

    var bytesRead: Int64 { text.bytesRead }
    var bytesTotal: Int64? { text.bytesTotal }

    mutating func next() throws(SongsError) -> Result<Song, ImportReport.Rejection>? {
        while true {
            guard let line = try text.line(atMost: CSVReader.longestRow) else { return nil }
            guard let text = line.text else {
                return .failure(.init(line: line.number, reason: "the line is longer than 1 MB"))
            }
            if text.allSatisfy(\.isWhitespace) { continue }
            do throws(FieldProblem) {
                return .success(try Song(fields: try Self.fields(text), source: "jsonl", isExportify: false))
            } catch {
                return .failure(.init(line: line.number, reason: error.reason))
            }
        }
    }

    private static func fields(_ line: String) throws(FieldProblem) -> [SongColumn: String] {
        guard let object = try? JSONDecoder().decode([String: Value].self, from: Data(line.utf8)) else {
            throw FieldProblem(reason: "the line is no JSON object")
        }
        var fields: [SongColumn: String] = [:]
        for (name, value) in object {
            guard let column = SongColumn(heading: name) else { continue }
            fields[column] = value.text
        }
        return fields
    }

    /// A value as a cell of a table has it.
    private struct Value: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                text = ""
            } else if let flag = try? container.decode(Bool.self) {
                text = flag ? "true" : "false"
            } else if let number = try? container.decode(Double.self) {
                text = Int(exactly: number).map(String.init) ?? "\(number)"
            } else if let list = try? container.decode([String].self) {
                text = list.joined(separator: ";")
            } else {
                text = (try? container.decode(String.self)) ?? ""
            }
        }
    }
}
