import Concurrency
import Foundation

/// What the text of a setting may be, and the value that it stands for.
struct SettingKind<Value: Sendable>: Sendable {
    /// What the text may be, as it ends the sentence "it may be …".
    let expectation: String
    /// The value that a text stands for; nil where it may not be.
    let parse: @Sendable (String) -> Value?
    /// The text that stands for a value: what `parse` makes the same value of.
    let show: @Sendable (Value) -> String
}

extension SettingKind where Value == String {
    /// Any text.
    static let text = SettingKind(expectation: "any text", parse: { $0 }, show: { $0 })

    /// The two letters of a country (ISO 3166-1), kept as capitals.
    static let country = SettingKind(
        expectation: "two letters of a country, such as DE",
        parse: { $0.utf8.count == 2 && $0.allSatisfy { $0.isASCII && $0.isLetter } ? $0.uppercased() : nil },
        show: { $0 })

    /// One of a few words, in capital letters or not, kept as it is listed.
    static func word(_ words: [String]) -> SettingKind {
        SettingKind(
            expectation: "one of " + words.joined(separator: ", "),
            parse: { text in words.first { $0.lowercased() == text.lowercased() } }, show: { $0 })
    }
}

extension SettingKind where Value == [String] {
    /// Texts between commas, without the spaces around them, each of which `entry` accepts and may put into shape.
    static func list(
        _ expectation: String, of entry: @escaping @Sendable (String) -> String?
    ) -> SettingKind {
        SettingKind(
            expectation: expectation,
            parse: { text in
                let entries = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                    .filter { !$0.isEmpty }
                let values = entries.compactMap(entry)
                return values.count == entries.count ? values : nil
            },
            show: { $0.joined(separator: ",") })
    }

    /// `*`, or origins as browsers send them.
    static let origins = list("* or origins such as https://example.org:8443, with commas between them") { text in
        text == "*" ? text : WebOrigin(text)?.description
    }

    /// `*`, or names of hosts; `*.example.org` is kept as `.example.org`.
    static let hosts = list("* or names such as music.example.org or .example.org, with commas between them") { text in
        guard text != "*" else { return text }
        let name = text.lowercased()
        let isDomain = name.hasPrefix("*.") || name.hasPrefix(".")
        let labels = (isDomain ? name.drop { $0 != "." }.dropFirst() : name[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = labels.allSatisfy { label in
            !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        guard isPlain else { return nil }
        return (isDomain ? "." : "") + labels.joined(separator: ".")
    }

    /// Secrets that fit into a header: ASCII without spaces.
    static let keys = list("keys of ASCII letters, digits and signs, with commas between them") { text in
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
    }
}

extension SettingKind where Value == Int {
    /// A whole number within a range.
    static func integer(in range: ClosedRange<Int>) -> SettingKind {
        SettingKind(
            expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, show: { "\($0)" })
    }
}

extension SettingKind where Value == Duration {
    /// A number of seconds within a range; fractions are fine.
    static func seconds(in range: ClosedRange<Double>) -> SettingKind {
        SettingKind(
            expectation: "a number of seconds from \(shortest(range.lowerBound)) to \(shortest(range.upperBound))",
            parse: { text in Double(text).flatMap { range.contains($0) ? .seconds($0) : nil } },
            show: { shortest($0.inSeconds) })
    }

    /// A number without the fraction ".0".
    private static func shortest(_ number: Double) -> String {
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension SettingKind where Value == Bool {
    /// Yes or no, in the usual spellings.
    static let flag = SettingKind(
        expectation: "true or false",
        parse: { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        },
        show: { "\($0)" })
}

extension SettingKind where Value: Equatable {
    /// One of a few words, in capital letters or not; the first word of a value is the one it is shown as.
    static func choice(_ words: KeyValuePairs<String, Value>) -> SettingKind {
        let table = words.map { ($0.key, $0.value) }
        return SettingKind(
            expectation: "one of " + table.map(\.0).joined(separator: ", "),
            parse: { text in table.first { $0.0.lowercased() == text.lowercased() }?.1 },
            show: { value in table.first { $0.1 == value }?.0 ?? "\(value)" })
    }
}
