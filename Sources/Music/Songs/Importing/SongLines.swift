import Foundation

/// Songs from JSON lines: an object a line, with the names that our own tables have.
struct SongLines: SongReading {
    private var text: TextFile

    let sought = "lines with a JSON object each"

    init(_ text: TextFile) {
        self.text = text
    }

    var bytesRead: Int64 { text.bytesRead }
    var bytesTotal: Int64? { text.bytesTotal }

    mutating func next() throws(SongsError) -> SongRow? {
        while true {
            guard let line = try text.line(atMost: CSVReader.longestRow) else { return nil }
            guard let text = line.text else {
                return SongRow(line: line.number, leftOut: "the line is longer than 1 MB")
            }
            if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) { continue }
            guard let object = try? JSONDecoder().decode(Object.self, from: Data(text.utf8)) else {
                return SongRow(line: line.number, leftOut: "the line is no JSON object")
            }
            return SongRow(line: line.number, object.fields)
        }
    }

    /// The fields of an object that songs have; of two names for a column the first in the alphabet counts.
    private struct Object: Decodable {
        var fields = SongFields(.own, source: "jsonl")

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            let names = container.allKeys.compactMap { name in SongColumn(heading: name.stringValue).map { (name, $0) }
            }
            fields.hasEmbeddableColumn = names.contains { $0.1 == .embeddable }
            for (name, column) in names.sorted(by: { $0.0.stringValue < $1.0.stringValue }) {
                fields[column] = try container.decode(Value.self, forKey: name).text
            }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// A value as a cell of a table has it.
    private struct Value: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            if var list = try? decoder.unkeyedContainer() {
                var texts: [String] = []
                // More than a song may have of anything.
                while !list.isAtEnd, texts.count < 200 { texts.append(try list.decode(Scalar.self).text) }
                text = texts.joined(separator: ";")
            } else {
                text = try Scalar(from: decoder).text
            }
        }
    }

    private struct Scalar: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else if let flag = try? container.decode(Bool.self) {
                text = flag ? "true" : "false"
            } else if let number = try? container.decode(Double.self) {
                text = Int(exactly: number).map(String.init) ?? "\(number)"
            } else {
                text = ""
            }
        }
    }
}
