import Checkpoint
import Foundation
import Testing

@Suite("Configuration file")
struct ConfigurationFileTests {
    private static func file(_ text: String) throws -> ConfigurationFile {
        try ConfigurationFile(text: text, path: "/models/m/config.json")
    }

    @Test("Reads JSON values as Python does")
    func values() throws {
        let file = try Self.file(
            #"""
            { "int": -7, "exponent": 1e-06, "float": 2.50, "big": 18446744073709551616, "nan": NaN,
              "inf": [Infinity, -Infinity], "text": "\u0041\n\ud83d\ude42\ud800 ü\/\"", "yes": true, "no": false,
              "null": null, "twice": 1, "list": [], "nested": {"a": [{"b": 1}]}, "twice": 2 }
            """#)
        #expect(file["int"] == .integer(-7))
        #expect(file["exponent"] == .real(1e-6))
        #expect(file["float"] == .real(2.5))
        #expect(file["big"] == .real(18_446_744_073_709_551_616))
        #expect(file["inf"] == .array([.real(.infinity), .real(-.infinity)]))
        #expect(file["text"] == .string("A\n🙂\u{FFFD} ü/\""))
        #expect(file["twice"] == .integer(2))
        #expect(file["nested"] == .object(["a": .array([.object(["b": .integer(1)])])]))
        #expect(file["list"] == .array([]))
        #expect(file["absent"] == nil && file["null"] == .null)
        #expect(file.contains("no") && !file.contains("null") && !file.contains("absent"))
    }

    @Test(
        "Refuses a configuration that is not a JSON object, naming its path",
        arguments: [
            "", "[]", "\"a\"", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":01}", "{\"a\":1.}",
            "{\"a\":+1}",
            "{\"a\":.5}", "{\"a\":1e}", "{\"a\":tru}", "{\"a\":'b'}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{} x",
            "{\"a\":[1 2]}", "{\"a\":\"b", "\u{FEFF}{}", "{\"a\":--1}", "{\"a\":-}",
            "version https://git-lfs.github.com/spec/v1\n", "{\"a\":" + String(repeating: "[", count: 100_000),
            "{\"a\":" + String(repeating: "{\"a\":", count: 100_000),
            "{\"a\":" + String(repeating: "1", count: 100_000) + "}",
        ])
    func malformed(text: String) throws {
        let error = checkpointError { try Self.file(text) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("/models/m/config.json") == true)
    }

    @Test("An object over another has its own members first, unless they are null")
    func overridden() throws {
        let both = try Self.file(#"{"a": 1, "b": 2, "c": 3}"#).overridden(
            by: try ConfigurationFile(text: #"{"b": 5, "c": null, "d": 7}"#, path: "/other.json"))
        #expect(both["a"] == .integer(1) && both["b"] == .integer(5))
        #expect(both["c"] == .integer(3) && both["d"] == .integer(7))
        #expect(both.path == "/models/m/config.json")
    }

    @Test("Reads JSON nested 64 levels deep")
    func nested() throws {
        let file = try Self.file(
            "{\"a\":" + String(repeating: "[", count: 63) + String(repeating: "]", count: 63) + "}")
        #expect(file.contains("a"))
    }

    @Test("Returns nil or the default for a missing key")
    func defaults() throws {
        let file = try Self.file(#"{"null": null}"#)
        #expect(try file.integer("x") == nil && file.number("x") == nil && file.boolean("x") == nil)
        #expect(try file.string("x") == nil && file.integers("x") == nil && file.numbers("x") == nil)
        #expect(try file.section("x") == nil && file.strings("x") == nil)
        #expect(try file.integer("null") == nil && file.section("null") == nil)
        #expect(try file.integer("x", default: 3) == 3)
        #expect(try file.number("x", default: 0.5) == 0.5)
        #expect(try file.boolean("x", default: true))
    }

    @Test("Accepts a number as a list of one, and an integer as a real")
    func lenience() throws {
        let file = try Self.file(#"{"one": 5, "many": [5, 6], "mixed": [1, 0.5], "words": ["a", "b"]}"#)
        #expect(try file.integers("one") == [5] && file.integers("many") == [5, 6])
        #expect(try file.number("one") == 5 && file.numbers("mixed") == [1, 0.5])
        #expect(try file.strings("words") == ["a", "b"])
    }

    /// A look-up of the key "k", and what its error has to say that the value must be.
    struct LookUp: Sendable {
        let value: String
        let expected: String
        let read: @Sendable (ConfigurationFile) throws -> Void

        init<R>(_ value: String, _ expected: String, _ read: @escaping @Sendable (ConfigurationFile) throws -> R) {
            (self.value, self.expected) = (value, expected)
            self.read = { _ = try read($0) }
        }
    }

    static let lookUps: [LookUp] = [
        LookUp("\"12\"", "a whole number") { try $0.integer("k") },
        LookUp("12.0", "a whole number") { try $0.integer("k", default: 1) },
        LookUp("true", "a whole number") { try $0.integer("k") },
        LookUp("null", "a whole number") { try $0.integer("k", default: 1) },
        LookUp("0", "a whole number of at least 1") { try $0.integer("k", in: 1 ... .max) },
        LookUp("9", "a whole number from 1 to 8") { try $0.integer("k", default: 1, in: 1...8) },
        LookUp("[1, 9]", "a whole number of at most 8") { try $0.integers("k", in: .min...8) },
        LookUp("\"small\"", "a number") { try $0.number("k") },
        LookUp("NaN", "a number") { try $0.number("k") },
        LookUp("null", "a number from 0.0 to 1.0") { try $0.number("k", default: 0, in: 0...1) },
        LookUp("2", "a number from 0.0 to 1.0") { try $0.number("k", in: 0...1) },
        LookUp("[1, Infinity]", "a number, or a list of numbers") { try $0.numbers("k") },
        LookUp("1", "true or false") { try $0.boolean("k") },
        LookUp("null", "true or false") { try $0.boolean("k", default: true) },
        LookUp("7", "a string") { try $0.string("k") },
        LookUp("[7]", "a list of strings") { try $0.strings("k") },
        LookUp("\"a\"", "a list of strings") { try $0.strings("k") },
        LookUp("[]", "a JSON object") { try $0.section("k") },
    ]

    @Test("Names the file, the key, the wrong value and the allowed values", arguments: lookUps.indices)
    func errors(index: Int) throws {
        let lookUp = Self.lookUps[index]
        let section = try #require(try Self.file(#"{"part": {"k": \#(lookUp.value)}}"#).section("part"))
        let error = checkpointError { try lookUp.read(section) }
        #expect(error?.code == .invalidConfiguration)
        #expect(
            error?.message.hasPrefix("/models/m/config.json: \"part.k\" is ") == true, "\(String(describing: error))")
        #expect(error?.message.contains("must be \(lookUp.expected)") == true, "\(String(describing: error))")
    }
}
