import Testing

@testable import Songs

@Suite("Field text")
struct FieldTextTests {
    typealias Reading = FieldText.Reading

    @Test(
        "Reads the year of a date in many formats",
        arguments: [
            ("2004", 2004), ("2004-08-13", 2004), ("2004/08/13", 2004), ("2004.08.13", 2004), ("20040813", 2004),
            ("200408", 2004), ("20040813T070000Z", 2004), ("2004-08-13 00:00:00", 2004), ("2004-08-13T07:00:00Z", 2004),
            ("Aug 2004", 2004), ("13 August 2004", 2004), ("August 13, 2004", 2004), ("13. Mai 2004", 2004),
            ("août 2004", 2004),
            ("13.08.2004", 2004), ("17.01.2020 16:06", 2020), ("1/17/2020", 2020), ("1/17/2020 16:06", 2020),
            ("1/17/20", 2020),
            ("17.01.99", 1999), ("13-Aug-04", 2004), ("Jan-20", 2020), ("Dez 98", 1998), ("13082004", 2004),
            ("2004.0", 2004),
            ("2,004", 2004), ("c. 1820", 1820), ("(1999)", 1999), ("1975–76", 1975), ("1820s", 1820),
            ("© 2004 Nobody", 2004),
            ("２００４年８月", 2004), ("٢٠٠٤", 2004), ("980", 980), ("0980-01-01", 980), (" 2004 ", 2004),
            ("2004-00-00", 2004),
            ("2004-W33", 2004),
        ])
    func years(text: String, year: Int) { #expect(FieldText.year(text) == .value(year)) }

    @Test(
        "Refuses text that is not a year",
        arguments: [
            "99999", "-500", "197?", "19th century", "vol 12", "12/2", "3000", "20049913", "12345678901", "Aug",
            String(repeating: "2004 ", count: 100),
        ])
    func noYears(text: String) { #expect(FieldText.year(text) == .unreadable) }

    @Test(
        "Reads many spellings of a missing value",
        arguments: ["", "  ", "-", "n/a", "0", "0000", "0000-00-00", "NULL", "Unknown"])
    func missing(text: String) { #expect(FieldText.year(text) == .missing) }

    @Test(
        "Reads tempos with and without units",
        arguments: [
            ("120", 120), ("120.5", 120.5), ("120,5", 120.5), ("120 BPM", 120), ("120bpm", 120), ("120,00 bpm", 120),
            ("♩ = 72", 72),
            ("BPM: 98", 98), ("118-122", 120), ("118 – 122 bpm", 120), ("ca. 90", 90), ("128.0", 128),
            ("Allegro (140)", 140),
            ("60/min", 60),
        ])
    func tempos(text: String, tempo: Double) { #expect(FieldText.tempo(text) == .value(tempo)) }

    @Test(
        "Refuses text that is not a tempo",
        arguments: ["-3", "nan", "inf", "4/4", "fast", "1000", "120 120", "0x10", "1e2"])
    func noTempos(text: String) { #expect(FieldText.tempo(text) == .unreadable) }

    @Test("Treats a tempo of zero as missing", arguments: ["0", "0.0", "0,00"])
    func unknownTempos(text: String) { #expect(FieldText.tempo(text) == .missing) }

    @Test(
        "Reads numbers in the notations of many countries",
        arguments: [
            ("0.5", 0.5), ("0,5", 0.5), ("-5,941", -5.941), ("−5.9", -5.9), ("+3", 3), ("6.78E-04", 6.78e-4),
            ("6,78E-04", 6.78e-4),
            ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1'234.5", 1234.5), ("1 234,5", 1234.5), ("1\u{A0}234", 1234),
            ("1.234.567", 1_234_567), ("２５", 25),
        ])
    func numbers(text: String, number: Double) { #expect(FieldText.number(text, in: -1e9...1e9) == .value(number)) }

    @Test("Reads shares as percentages, and refuses values out of range")
    func shares() {
        #expect(FieldText.number("63 %", in: 0...1) == .value(0.63))
        #expect(FieldText.number("63", in: 0...1) == .unreadable)
        for text in ["nan", "inf", "0x1", "1e", "1 2", "five", ".", ",", "1,2,3,"] {
            #expect(FieldText.number(text, in: 0...1) == .unreadable, "\(text)")
        }
        #expect(FieldText.integer("4.0", in: 0...32) == .value(4) && FieldText.integer("", in: 0...32) == .missing)
    }

    @Test(
        "Reads lengths as clock times, with units and as numbers",
        arguments: [
            ("3:35", 215_000), ("0:03:35", 215_000), ("1:02:03.5", 3_723_500), ("PT3M35S", 215_000),
            ("3 min 35 s", 215_000),
            ("3m35s", 215_000), ("215 s", 215_000), ("215", 215_000), ("215.4", 215_400), ("215,4", 215_400),
            ("215000 ms", 215_000),
        ])
    func lengths(text: String, milliseconds: Int) {
        #expect(FieldText.milliseconds(text, unit: 1000) == .value(milliseconds))
    }

    @Test("Reads milliseconds with thousands separators, up to a day")
    func milliseconds() {
        for text in ["303000", "303.000", "303,000", "303000.0"] {
            #expect(FieldText.milliseconds(text, unit: 1) == .value(303_000))
        }
        for text in ["0", "-1", "", "0:00"] { #expect(FieldText.milliseconds(text, unit: 1000) == .missing, "\(text)") }
        for text in ["1e18", "25:00:00", "-5:00", "a:b", "3 apples", "::"] {
            #expect(FieldText.milliseconds(text, unit: 1) == .unreadable, "\(text)")
        }
    }

    @Test(
        "Reads true and false in the languages of spreadsheets",
        arguments: [
            ("TRUE", true), ("WAHR", true), ("VRAI", true), ("VERDADERO", true), ("VERO", true), ("WAAR", true),
            ("SANT", true),
            ("DOĞRU", true), ("ИСТИНА", true), ("PRAWDA", true), ("yes", true), ("ja", true), ("1", true),
            ("1.0", true), ("x", true),
            ("FALSE", false), ("FALSCH", false), ("FAUX", false), ("FALSO", false), ("ONWAAR", false),
            ("FALSKT", false),
            ("YANLIŞ", false), ("ЛОЖЬ", false), ("FAŁSZ", false), ("no", false), ("nein", false), ("0", false),
            ("Clean", false),
        ])
    func flags(text: String, isTrue: Bool) {
        #expect(FieldText.flag(text) == .value(isTrue))
        #expect(FieldText.flag("perhaps") == .unreadable && FieldText.flag(" ") == .missing)
    }

    @Test(
        "Reads keys as numbers, names, Camelot and Open Key codes",
        arguments: [
            ("9", 9, nil), ("C", 0, nil), ("F#", 6, nil), ("F♯ minor", 6, false), ("Bb", 10, nil),
            ("B♭ major", 10, true),
            ("Ebm", 3, false), ("Am", 9, false), ("A-Moll", 9, false), ("Fis", 6, nil), ("C-Dur", 0, true),
            ("Es-Dur", 3, true), ("As", 8, nil),
            ("H", 11, nil),
            ("8A", 9, false), ("8B", 0, true), ("1A", 8, false), ("12B", 4, true), ("1m", 9, false), ("1d", 0, true),
        ] as [(String, Int, Bool?)])
    func keys(text: String, tonic: Int, isMajor: Bool?) {
        #expect(FieldText.key(text) == .value(FieldText.Key(tonic: tonic, isMajor: isMajor)))
    }

    @Test("Refuses text that is not a musical key", arguments: ["12", "13A", "x", "C major minor"])
    func noKeys(text: String) {
        #expect(FieldText.key(text) == .unreadable)
        #expect(FieldText.key("-1") == .missing)
    }
}
