import Foundation
package import Songs

/// Writes a line to standard error.
package func complain(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\(line)\n".utf8))
}

/// An answer as JSON on one line.
package func jsonLine(_ answer: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(answer), as: UTF8.self)
}

/// A failure that a command has words of its own for.
package struct CommandError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

extension Song {
    /// "Clair de lune – Claude Debussy, 1905"
    package var line: String {
        let about = [artist, year.map { "\($0)" } ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        return about.isEmpty ? title : "\(title) – \(about)"
    }
}
