import Foundation

/// Numbers and choices in the cells of a row; nil for an empty cell.
enum FieldNumber {
    static func number(_ text: String?, _ range: ClosedRange<Double>, _ name: String) throws(FieldProblem) -> Double? {
        guard let text = trimmed(text) else { return nil }
        // Programs of some countries write a comma.
        guard let value = Double(text) ?? Double(text.replacing(",", with: ".")), range.contains(value) else {
            throw FieldProblem(
                reason:
                    "the \(name) is \(text.prefix(40).debugDescription); it may be \(plain(range.lowerBound)) to \(plain(range.upperBound))"
            )
        }
        return value
    }

    static func integer(_ text: String?, _ range: ClosedRange<Int>, _ name: String) throws(FieldProblem) -> Int? {
        try number(text, Double(range.lowerBound)...Double(range.upperBound), name).map { Int($0.rounded()) }
    }

    /// The year of a date such as 1969-09-26, or a year alone.
    static func year(_ text: String?) throws(FieldProblem) -> Int? {
        guard let text = trimmed(text) else { return nil }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let isWhole = digits.count == text.count || text.dropFirst(digits.count).first == "-"
        guard isWhole, digits.count <= 4, let year = Int(digits), (0...2200).contains(year) else {
            throw FieldProblem(
                reason:
                    "the year is \(text.prefix(40).debugDescription); it may be 1 to 2200, or a date such as 1969-09-26"
            )
        }
        return year == 0 ? nil : year
    }

    static func flag(_ text: String?, _ name: String) throws(FieldProblem) -> Bool? {
        guard let text = trimmed(text)?.lowercased() else { return nil }
        if ["true", "yes", "1"].contains(text) { return true }
        if ["false", "no", "0"].contains(text) { return false }
        throw FieldProblem(reason: "`\(name)` is \(text.prefix(40).debugDescription); it may be true or false")
    }

    private static let naturals: [Character: Int] = ["c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11]

    /// A pitch class: 0 to 11, -1 for an unknown one, or a name such as C, F#, Bb.
    static func key(_ text: String?) throws(FieldProblem) -> Int? {
        guard let text = trimmed(text) else { return nil }
        if let number = Double(text), (-1...11).contains(number) { return number < 0 ? nil : Int(number) }
        let accidentals: [String: Int] = ["": 0, "#": 1, "♯": 1, "b": -1, "♭": -1]
        guard let first = text.lowercased().first, let natural = naturals[first],
            let accidental = accidentals[String(text.dropFirst()).trimmed.lowercased()]
        else {
            throw FieldProblem(
                reason: "the key is \(text.prefix(40).debugDescription); it may be C, F#, Bb …, or 0 to 11")
        }
        return (natural + accidental + 12) % 12
    }

    /// Whether it is major: 1 or major, 0 or minor.
    static func mode(_ text: String?) throws(FieldProblem) -> Bool? {
        guard let text = trimmed(text)?.lowercased() else { return nil }
        switch text {
        case "1", "1.0", "major": return true
        case "0", "0.0", "minor": return false
        default: throw FieldProblem(reason: "the mode is \(text.prefix(40).debugDescription); it may be major or minor")
        }
    }

    private static func trimmed(_ text: String?) -> String? {
        guard let text = text?.trimmed, !text.isEmpty else { return nil }
        return text
    }

    private static func plain(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
}
