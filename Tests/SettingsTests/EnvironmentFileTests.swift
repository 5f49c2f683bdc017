import Foundation
import Testing

@testable import Settings

@Suite(".env")
struct EnvironmentFileTests {
    private func entries(_ text: String) throws -> [EnvironmentFile.Entry] {
        try EnvironmentFile(path: ".env", bytes: Array(text.utf8)).entries
    }

    @Test(
        "Reads a name and a value from a line",
        arguments: [
            ("NAME=value", "value"),
            ("  NAME =  value  ", "value"),
            ("\tNAME\t=\tvalue\t", "value"),
            ("export NAME=value", "value"),
            ("export\tNAME = value", "value"),
            ("NAME=", ""),
            ("NAME=   ", ""),
            ("NAME=a b  c", "a b  c"),
            ("NAME=a=b=c", "a=b=c"),
            ("NAME=value # a comment", "value"),
            ("NAME=value\t# a # comment", "value"),
            ("NAME= # nothing but a comment", ""),
            ("NAME=a#b", "a#b"),
            ("NAME=#b", "#b"),
            ("NAME='a # b'", "a # b"),
            ("NAME='a # b' # a comment", "a # b"),
            ("NAME=\"a # b\"# a comment", "a # b"),
            ("NAME='a\\n$HOME\"b'", "a\\n$HOME\"b"),
            ("NAME=\"a\\n\\t\\r\\\"\\\\\\$b\"", "a\n\t\r\"\\$b"),
            ("NAME=\"a\\xb'c\"", "a\\xb'c"),
            ("NAME=''", ""),
            ("NAME=\"\"", ""),
            ("NAME=\"  a  \"", "  a  "),
            ("NAME=it's", "it's"),
            ("NAME=a\\nb", "a\\nb"),
            ("NAME=$HOME", "$HOME"),
            ("NAME=ä 😀", "ä 😀"),
        ])
    func readsLines(_ line: String, _ value: String) throws {
        #expect(try entries(line) == [.init(name: "NAME", value: value, line: 1)])
    }

    @Test(
        "Ignores empty lines and comments",
        arguments: ["", " ", "\t", "# NAME=value", "  # export", "#", "\u{FEFF}"])
    func passesOver(_ line: String) throws {
        #expect(try entries(line) == [])
    }

    @Test("Reads and counts lines with the line ends of any system", arguments: ["\n", "\r\n", "\r"])
    func readsLineEnds(_ end: String) throws {
        let lines = ["\u{FEFF}A=1", "", "# comment", "B='2'", "C=3 "]
        let expected: [EnvironmentFile.Entry] = [
            .init(name: "A", value: "1", line: 1), .init(name: "B", value: "2", line: 4),
            .init(name: "C", value: "3", line: 5),
        ]
        #expect(try entries(lines.joined(separator: end)) == expected)
        #expect(try entries(lines.joined(separator: end) + end) == expected)
    }

    @Test("The later of two lines with the same name wins")
    func laterHolds() throws {
        let file = try EnvironmentFile(path: ".env", bytes: Array("A=1\nB=2\nA=3\n".utf8))
        #expect(
            file.effective == ["A": .init(name: "A", value: "3", line: 3), "B": .init(name: "B", value: "2", line: 2)])
    }

    @Test(
        "Names an unreadable line without showing its content",
        arguments: [
            ("secret", "is not a setting; write NAME=value, or put # before a comment"),
            ("export secret", "is not a setting; write NAME=value, or put # before a comment"),
            ("=secret", "has no name of a setting before the sign =; a name is made of letters, digits and _"),
            ("export =secret", "has no name of a setting before the sign =; a name is made of letters, digits and _"),
            ("A B=secret", "has no name of a setting before the sign =; a name is made of letters, digits and _"),
            ("1A=secret", "has no name of a setting before the sign =; a name is made of letters, digits and _"),
            ("A-B=secret", "has no name of a setting before the sign =; a name is made of letters, digits and _"),
            ("exports A=secret", "has no name of a setting before the sign =; a name is made of letters, digits and _"),
            ("A='secret", "opens a quotation mark and does not close it; a value ends on its own line"),
            ("A=\"secret\\\"", "opens a quotation mark and does not close it; a value ends on its own line"),
            ("A='secret' x", "goes on behind the closing quotation mark; only a comment may stand there"),
            ("A=se\0cret", "is not UTF-8 text; save the file as UTF-8"),
        ])
    func namesBadLines(_ line: String, _ reason: String) throws {
        let error = try #require(throws: SettingsError.self) { try entries("A=1\r\n\r\n" + line + "\r\n") }
        #expect(error.code == .invalidSetting)
        #expect(error.message == "Line 3 of .env \(reason).")
        #expect(!error.message.contains("secret"))
    }

    @Test("Names the line of bytes that are not UTF-8")
    func refusesOtherEncodings() throws {
        let bytes: [UInt8] = Array("A=1\nB=".utf8) + [0xFF, 0xFE, 0x0A]
        let error = try #require(throws: SettingsError.self) { try EnvironmentFile(path: "x.env", bytes: bytes) }
        #expect(error.message == "Line 2 of x.env is not UTF-8 text; save the file as UTF-8.")
    }

    @Test("A missing file has no entries")
    func allowsMissing() throws {
        #expect(try EnvironmentFile(path: "/nowhere/.env").entries == [])
    }
}
