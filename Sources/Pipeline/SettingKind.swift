import Foundation

/// What the text of a setting may be, and the value that it stands for.
struct SettingKind<Value: Sendable>: Sendable {
    /// What the text may be, as it ends the sentence "it may be …".
    let expectation: String
    /// The value that a text stands for; nil where it may not be.
    let parse: @Sendable (String) -> Value?
}

extension SettingKind where Value == String {
    /// Any text.
    static let text = SettingKind(expectation: "any text", parse: { $0 })
}

extension SettingKind where Value == [String] {
    /// Words between commas, without the spaces around them.
    static let list = SettingKind(expectation: "a list of words with commas between them") { text in
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}

extension SettingKind where Value == Int {
    /// A whole number within a range.
    static func integer(in range: ClosedRange<Int>) -> SettingKind {
        SettingKind(expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension SettingKind where Value == Duration {
    /// A number of seconds within a range; fractions are fine.
    static func seconds(in range: ClosedRange<Double>) -> SettingKind {
        SettingKind(expectation: "a number of seconds from \(range.lowerBound) to \(range.upperBound)") { text in
            Double(text).flatMap { range.contains($0) ? .seconds($0) : nil }
        }
    }
}

extension SettingKind where Value == Bool {
    /// Yes or no, in the usual spellings.
    static let flag = SettingKind(expectation: "true or false") { text in
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }
}

extension SettingKind where Value == String {
    /// One of a few words, in capital letters or not, kept as it is listed.
    static func word(_ words: [String]) -> SettingKind {
        SettingKind(expectation: "one of " + words.joined(separator: ", ")) { text in
            words.first { $0.lowercased() == text.lowercased() }
        }
    }
}

extension SettingKind {
    /// One of a few words, in capital letters or not.
    static func choice(_ words: KeyValuePairs<String, Value>) -> SettingKind {
        let table = words.map { ($0.key, $0.value) }
        return SettingKind(expectation: "one of " + table.map(\.0).joined(separator: ", ")) { text in
            table.first { $0.0.lowercased() == text.lowercased() }?.1
        }
    }
}
