import Foundation

/// What the texts of fields mean: numbers, dates, lengths, tempos, keys and choices, in the forms that people's programs write.
///
/// Tables, JSON lines, playlists and tags are all read here.
enum FieldText {
    enum Reading<Value: Equatable & Sendable>: Equatable, Sendable {
        case value(Value)
        /// Nothing, or what programs write for it: "-", "n/a", a year 0000.
        case missing
        case unreadable
    }

    /// Bytes of a text that can mean anything here.
    private static let longest = 128

    // MARK: Numbers

    /// A number within a range. "0.5", "0,5", "1.234,5", "1'234.5", "−5", "6,78E-4"; "63 %" where the range ends at 1.
    static func number(_ text: String, in range: ClosedRange<Double>) -> Reading<Double> {
        guard var text = content(text) else { return .missing }
        guard text.utf8.count <= longest else { return .unreadable }
        var scale = 1.0
        if range.upperBound <= 1, text.hasSuffix("%") {
            text = String(text.dropLast()).trimmed
            scale = 0.01
        }
        let number = numbers(text).map { $0 * scale }.first(where: range.contains)
        return number.map { .value($0) } ?? .unreadable
    }

    /// A whole number within a range; "4.0" is 4.
    static func integer(_ text: String, in range: ClosedRange<Int>) -> Reading<Int> {
        switch number(text, in: Double(range.lowerBound)...Double(range.upperBound)) {
        case .value(let number): .value(Int(number.rounded()))
        case .missing: .missing
        case .unreadable: .unreadable
        }
    }

    /// What a text may be as a number, the likeliest first: "1,234" is one and a bit, or a thousand.
    private static func numbers(_ text: String) -> [Double] {
        var text = text
        // Apostrophes and spaces part thousands.
        if text.contains(where: { $0 == "'" || $0 == "’" || $0.isWhitespace }) {
            let parts = text.split { $0 == "'" || $0 == "’" || $0.isWhitespace }
            guard parts.dropFirst().allSatisfy({ $0.prefix { $0.isASCII && $0.isNumber }.count == 3 }) else {
                return []
            }
            text = parts.joined()
        }
        guard text.utf8.allSatisfy({ "0123456789+-.,eE".utf8.contains($0) }),
            text.utf8.contains(where: { (0x30...0x39).contains($0) })
        else { return [] }
        let marks = text.filter { $0 == "." || $0 == "," }
        guard let last = marks.last else { return [text].compactMap(Double.init) }
        let (whole, thousands) = (text.replacing(",", with: "."), text.filter { $0 != "." && $0 != "," })
        if marks.count == 1 {
            let behind = text.reversed().prefix { $0 != "." && $0 != "," }
            let isThree = behind.count == 3 && behind.allSatisfy { $0.isNumber }
            return [whole, isThree ? thousands : whole].compactMap(Double.init)
        }
        if Set(marks).count == 1 { return [thousands].compactMap(Double.init) }
        // The last mark is the decimal one, the others part thousands.
        let other: Character = last == "." ? "," : "."
        return [text.filter { $0 != other }.replacing(",", with: ".")].compactMap(Double.init)
    }

    // MARK: Music

    /// Beats a minute, up to 999: "120", "120,5", "120 BPM", "♩ = 120", "118–122" (the middle). 0 is unknown.
    static func tempo(_ text: String) -> Reading<Double> {
        guard let text = content(text) else { return .missing }
        guard text.utf8.count <= longest else { return .unreadable }
        var rest = text.drop { $0.isLetter || $0.isWhitespace || "♩♪=~≈:.(".contains($0) }
        guard let first = takeTempo(&rest) else { return .unreadable }
        var last = first
        rest = rest.drop(while: \.isWhitespace)
        if let mark = rest.first, "-–—".contains(mark) {
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            guard let end = takeTempo(&rest), end >= first else { return .unreadable }
            last = end
        }
        guard rest.allSatisfy({ $0.isLetter || $0.isWhitespace || "./)".contains($0) }) else { return .unreadable }
        let tempo = (first + last) / 2
        return tempo > 0 ? .value(tempo) : .missing
    }

    private static func takeTempo(_ text: inout Substring) -> Double? { takeNumber(&text).first { $0 <= 999 } }

    /// Takes a number from the beginning of a text; what it may be.
    private static func takeNumber(_ text: inout Substring) -> [Double] {
        var digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." || $0 == "," }
        text = text.dropFirst(digits.count)
        if digits.last?.isNumber == false { digits.removeLast() }
        return digits.first?.isNumber == true ? numbers(String(digits)) : []
    }

    /// A pitch class from 0, C, to 11, B, and whether it is major where that is said: "9", "Bb", "F♯ minor", "Es-Dur", "Ebm", "8A"
    /// (of the Camelot wheel). -1 and "o" stand for an unknown one.
    static func key(_ text: String) -> Reading<Key> {
        guard let text = content(text)?.lowercased() else { return .missing }
        guard text.utf8.count <= longest else { return .unreadable }
        if case .value(let number) = number(text, in: -1...11) {
            return number < 0 ? .missing : .value(Key(tonic: Int(number), isMajor: nil))
        }
        if ["o", "off", "atonal", "off-key"].contains(text) { return .missing }
        if let key = wheelKey(text) { return .value(key) }
        guard let first = text.first, let natural = naturals[first] else { return .unreadable }
        var rest = text.dropFirst().drop(while: \.isWhitespace)
        var accidental = 0
        for (mark, step) in accidentals where rest.hasPrefix(mark) && (mark != "s" || first == "e" || first == "a") {
            (rest, accidental) = (rest.dropFirst(mark.count), step)
            break
        }
        rest = rest.drop { $0.isWhitespace || $0 == "-" }
        let tonic = (natural + accidental + 12) % 12
        if rest.isEmpty { return .value(Key(tonic: tonic, isMajor: nil)) }
        if rest == "m" { return .value(Key(tonic: tonic, isMajor: false)) }
        guard case .value(let isMajor) = mode(String(rest)), rest.first?.isLetter == true else { return .unreadable }
        return .value(Key(tonic: tonic, isMajor: isMajor))
    }

    /// The key of a place on the Camelot wheel, "8A", or of Open Key, "1m".
    private static func wheelKey(_ text: String) -> Key? {
        guard let letter = text.last, "abmd".contains(letter), let number = Int(text.dropLast()),
            (1...12).contains(number)
        else { return nil }
        // Camelot's letters are A for minor and B for major; Open Key's are m and d, and its 1 is where Camelot has 8.
        let isMajor = letter == "b" || letter == "d"
        let steps = letter == "m" || letter == "d" ? number - 1 : number - 8
        return Key(tonic: ((isMajor ? 0 : 9) + 7 * steps % 12 + 24) % 12, isMajor: isMajor)
    }

    private static let accidentals: KeyValuePairs<String, Int> = [
        "#": 1, "♯": 1, "♭": -1, "-sharp": 1, "sharp": 1, "-flat": -1, "flat": -1, "is": 1, "es": -1, "s": -1, "b": -1,
    ]

    struct Key: Equatable {
        let tonic: Int
        let isMajor: Bool?
    }

    private static let naturals: [Character: Int] = [
        "c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11,
    ]

    /// Whether it is major: 1, major, Dur; or 0, minor, Moll.
    static func mode(_ text: String) -> Reading<Bool> {
        guard let text = content(text) else { return .missing }
        switch SongKey.plain(SongText.cut(text, longest)) {
        case "1", "1 0", "major", "maj", "dur", "majeur", "mayor", "maggiore", "maior": return .value(true)
        case "0", "0 0", "minor", "min", "moll", "mineur", "menor", "minore": return .value(false)
        default: return .unreadable
        }
    }

    // MARK: Choices

    /// True or false, as spreadsheets of many languages write them, or 1, yes, x.
    static func flag(_ text: String) -> Reading<Bool> {
        guard let text = content(text) else { return .missing }
        let word = SongKey.plain(SongText.cut(text, longest))
        if trueWords.contains(word) { return .value(true) }
        return falseWords.contains(word) ? .value(false) : .unreadable
    }

    private static func words(_ text: String) -> Set<String> {
        Set(text.split(separator: " ").map { SongKey.plain(String($0)) })
    }

    private static let trueWords = words(
        """
        true t yes y 1 1.0 on x wahr ja j vrai oui verdadero verdadeiro sí si sim vero waar sant doğru evet prawda tak pravda \
        ano igaz tosi kyllä sand истина да αληθής αληθές ναι صواب صحيح 真 はい explicit
        """)
    private static let falseWords = words(
        """
        false f no n 0 0.0 off falsch nein faux non falso não onwaar nee falskt nej yanlış yanliş hayır fałsz nie nepravda ne hamis \
        epätosi ei falsk usann ложь нет ψευδής ψευδές όχι خطأ 偽 假 いいえ clean cleaned notexplicit
        """)

    // MARK: Times

    /// The year of a date: "2004", "2004-08-13", "13.08.2004", "8/13/2004", "8/13/04", "20040813", "Aug 2004", "13-Aug-04",
    /// "c. 1820", "2004.0". 0000 is unknown.
    static func year(_ text: String) -> Reading<Int> {
        guard let text = content(text) else { return .missing }
        guard text.utf8.count <= longest, text.utf8.first != UInt8(ascii: "-") else { return .unreadable }
        let runs = text.split { !$0.isASCII || !$0.isNumber }
        let numbers = runs.compactMap { Int($0) }
        guard let first = runs.first, numbers.count == runs.count else { return .unreadable }
        if numbers.allSatisfy({ $0 == 0 }) { return .missing }
        if runs.count == 1, first.count == text.count, first.count <= 4 { return known(numbers[0]) }
        if let run = zip(runs, numbers).first(where: { $0.0.count == 4 && (1000...2200).contains($0.1) }) {
            return .value(run.1)
        }
        // A spreadsheet's thousand: 2,004.
        if runs.count == 2, first.count == 1, runs[1].count == 3, text.count == 5 {
            return known(numbers[0] * 1000 + numbers[1])
        }
        if let year = compact(first) { return .value(year) }
        if first.count == 4 { return known(numbers[0]) }
        return shortYear(text, runs).map { .value($0) } ?? .unreadable
    }

    private static func known(_ year: Int) -> Reading<Int> { (1...2200).contains(year) ? .value(year) : .unreadable }

    /// The year of 20040813, 200408, 20040813120000 and, where that is no date, 13082004.
    private static func compact(_ digits: Substring) -> Int? {
        func part(_ start: Int, _ count: Int) -> Int { Int(digits.dropFirst(start).prefix(count)) ?? 0 }
        guard [6, 8, 12, 14].contains(digits.count) else { return nil }
        let isDay = digits.count == 6 || (0...31).contains(part(6, 2))
        if (1000...2200).contains(part(0, 4)), (0...12).contains(part(4, 2)), isDay { return part(0, 4) }
        let isTurned = digits.count == 8 && (1...31).contains(part(0, 2)) && (1...31).contains(part(2, 2))
        return isTurned && (1000...2200).contains(part(4, 4)) ? part(4, 4) : nil
    }

    /// The year of a date whose year has two digits, at its end: up to 29 of this century, as spreadsheets have it.
    private static func shortYear(_ text: String, _ runs: [Substring]) -> Int? {
        guard let last = runs.last, last.count == 2, text.hasSuffix(last), let year = Int(last),
            runs.allSatisfy({ $0.count <= 2 })
        else { return nil }
        let word = SongKey.plain(text).split(separator: " ").first { $0.count >= 3 && $0.allSatisfy(\.isLetter) }
        let isDate = word.map { months.contains(String($0.prefix(3))) && runs.count <= 2 } ?? (runs.count == 3)
        return isDate ? year + (year < 30 ? 2000 : 1900) : nil
    }

    /// The beginnings of months in English, German, Spanish, French, Italian, Portuguese and Dutch.
    private static let months = Set(
        """
        jan feb mar apr may jun jul aug sep oct nov dec mai okt dez ene abr ago dic fev avr jui aou gen mag giu lug set ott \
        fév aoû déc mrt maj mei out
        """.split { $0 == " " || $0 == "\n" }.map { SongKey.plain(String($0)) })

    /// A length in milliseconds, up to a day: "3:35", "1:02:03.5", "3 min 35 s", "PT3M35S", or a number of `unit` milliseconds. 0
    /// and -1 are unknown.
    static func milliseconds(_ text: String, unit: Double) -> Reading<Int> {
        guard let text = content(text) else { return .missing }
        guard text.utf8.count <= longest else { return .unreadable }
        let plain = numbers(text)
        // "303.000" milliseconds are three hundred thousand: nobody counts thousandths of them.
        if let number = unit == 1 ? plain.last : plain.first { return length(number * unit) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        if (2...3).contains(parts.count) {
            let times = parts.compactMap { numbers(String($0)).first }
            guard times.count == parts.count, times.allSatisfy({ $0 >= 0 }) else { return .unreadable }
            return length(times.reduce(0) { $0 * 60 + $1 } * 1000)
        }
        var (sum, rest) = (0.0, text.lowercased()[...])
        if rest.hasPrefix("pt") { rest = rest.dropFirst(2) }
        while !rest.isEmpty {
            rest = rest.drop(while: \.isWhitespace)
            guard let number = takeNumber(&rest).first else { return .unreadable }
            rest = rest.drop(while: \.isWhitespace)
            guard let unit = units[rest.prefix(while: \.isLetter)] else { return .unreadable }
            sum += number * unit
            rest = rest.drop(while: \.isLetter).drop { $0.isWhitespace || $0 == "." || $0 == "," }
        }
        return length(sum)
    }

    private static func length(_ milliseconds: Double) -> Reading<Int> {
        if milliseconds == 0 || milliseconds < 0 && milliseconds >= -1000 { return .missing }
        guard milliseconds > 0, milliseconds <= 86_400_000 else { return .unreadable }
        return .value(max(1, Int(milliseconds.rounded())))
    }

    private static let units: [Substring: Double] = [
        "ms": 1, "msec": 1, "s": 1000, "sec": 1000, "secs": 1000, "sek": 1000, "second": 1000, "seconds": 1000,
        "sekunden": 1000, "m": 60_000, "min": 60_000, "mins": 60_000, "minute": 60_000, "minutes": 60_000,
        "minuten": 60_000, "h": 3_600_000, "hr": 3_600_000, "hour": 3_600_000, "hours": 3_600_000, "std": 3_600_000,
    ]

    // MARK: Parts

    /// The text with digits of ASCII and a plain minus; nil where nothing is said.
    private static func content(_ text: String) -> String? {
        var text = text.trimmed
        guard !text.isEmpty else { return nil }
        guard text.utf8.count <= longest else { return text }
        if !text.utf8.allSatisfy({ $0 < 0x80 }) {
            text = String(
                text.map { character in
                    if let digit = character.wholeNumberValue, (0...9).contains(digit), character.isNumber {
                        return Character("\(digit)")
                    }
                    return character == "−" ? "-" : character
                })
        }
        return absences.contains(text.lowercased()) ? nil : text
    }

    private static let absences: Set<String> = [
        "-", "–", "—", "?", "n/a", "na", "none", "null", "nil", "unknown", "#n/a",
    ]
}
