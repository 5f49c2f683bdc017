import Foundation

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
