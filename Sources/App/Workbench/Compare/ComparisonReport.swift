import Foundation

/// What `compare` found.
struct ComparisonReport: Encodable {
    /// Pictures whose captions differ that are listed unless all are asked for.
    static let mostListed = 10

    /// One precision, held against the first.
    struct Row: Encodable {
        let precision: String
        /// The share of captions that are the same, 0 to 1.
        let equalCaptions: Double
        /// The mean of ``WordOverlap`` over all pictures.
        let wordOverlap: Double
        let secondsPerPicture: Double
        let modelBytes: Int
        let memoryBytes: Int?

        enum CodingKeys: String, CodingKey {
            case precision
            case equalCaptions = "equal_captions"
            case wordOverlap = "word_overlap"
            case secondsPerPicture = "seconds_per_picture"
            case modelBytes = "model_bytes"
            case memoryBytes = "rss_bytes"
        }
    }

    /// A picture's captions, by precision.
    struct Captions: Encodable {
        let file: String
        let captions: [String: String]
    }

    /// A picture that was left out.
    struct Failure: Encodable {
        let file: String
        let error: String
    }

    let model: String
    /// The precision that the others are held against.
    let reference: String
    let precisions: [Row]
    let pictures: [Captions]
    let skipped: [Failure]

    /// - Parameters:
    ///   - files: the pictures that every run captioned.
    ///   - runs: at least one; the first is the reference.
    init(model: String, files: [String], runs: [PrecisionRun], failures: [Failure]) {
        let captions = runs.map { run in
            Dictionary(run.captions.map { ($0.file, $0.text) }, uniquingKeysWith: { first, _ in first })
        }
        self.model = model
        reference = runs.first?.precision ?? ""
        precisions = zip(runs, captions).map { run, texts in
            let pairs = files.map { (captions.first?[$0] ?? "", texts[$0] ?? "") }
            let count = Double(max(1, pairs.count))
            return Row(
                precision: run.precision, equalCaptions: Double(pairs.count { $0.0 == $0.1 }) / count,
                wordOverlap: pairs.reduce(0) { $0 + WordOverlap.between($1.0, $1.1) } / count,
                secondsPerPicture: run.secondsPerPicture, modelBytes: run.modelBytes, memoryBytes: run.memoryBytes)
        }
        pictures = files.map { file in
            let texts = zip(runs, captions).map { ($0.precision, $1[file] ?? "") }
            return Captions(file: file, captions: Dictionary(uniqueKeysWithValues: texts))
        }
        skipped = failures
    }

    /// The pictures that are not captioned alike at all precisions.
    var differing: [Captions] { pictures.filter { Set($0.captions.values).count > 1 } }
}

extension ComparisonReport {
    /// For a terminal: a row for each precision, then what differs.
    /// - Parameter most: how many differing pictures are listed.
    func table(listing most: Int) -> String {
        var table = TextTable([
            "precision", "same captions", "same words", "s a picture", "model, MB", "in memory, MB",
        ])
        for row in precisions {
            let isReference = row.precision == reference
            table.add([
                row.precision, isReference ? "–" : Self.percent(row.equalCaptions),
                isReference ? "–" : Self.percent(row.wordOverlap), String(format: "%.3f", row.secondsPerPicture),
                Self.megabytes(row.modelBytes), row.memoryBytes.map(Self.megabytes) ?? "–",
            ])
        }
        let count = pictures.count == 1 ? "1 picture" : "\(pictures.count) pictures"
        let left = skipped.isEmpty ? "" : ", \(skipped.count) left out"
        var lines = ["\(model), \(count)\(left); captions held against those at \(reference)", "", table.text, ""]
        let differing = differing
        lines.append(
            differing.isEmpty
                ? "All captions are the same." : "\(differing.count) of \(count) are not captioned alike:")
        for picture in differing.prefix(most) {
            lines.append(picture.file)
            for row in precisions {
                let text = picture.captions[row.precision] ?? ""
                let mark = text == picture.captions[reference] && row.precision != reference ? " =" : "  "
                lines.append("\(mark)\(row.precision)  \(text)")
            }
        }
        if differing.count > most { lines.append("… and \(differing.count - most) more; --all lists them.") }
        return lines.joined(separator: "\n")
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    private static func megabytes(_ bytes: Int) -> String { String(format: "%.0f", Double(bytes) / 1e6) }
}

/// How many words two texts have in common: the F1 score of their words as multisets.
///
/// Twice the number of common words over the number of words in both; 1 for the same words in whatever order, 0 for none in
/// common. Words are runs of letters, digits and apostrophes, without regard to case; two texts without any have all in
/// common.
enum WordOverlap {
    static func between(_ one: String, _ other: String) -> Double {
        let (left, right) = (counts(one), counts(other))
        let total = left.values.reduce(0, +) + right.values.reduce(0, +)
        guard total > 0 else { return 1 }
        let common = left.reduce(0) { $0 + min($1.value, right[$1.key] ?? 0) }
        return 2 * Double(common) / Double(total)
    }

    private static func counts(_ text: String) -> [Substring: Int] {
        let words = text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "’") }
        return Dictionary(words.map { ($0, 1) }, uniquingKeysWith: +)
    }
}
