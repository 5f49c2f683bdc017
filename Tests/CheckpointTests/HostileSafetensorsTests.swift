import Checkpoint
import Foundation
import Testing

@Suite("Malformed safetensors files")
struct HostileSafetensorsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: Data
        let code: CheckpointError.Code
        /// What the message has to say, besides the file's path.
        let words: [String]

        var testDescription: String { name }

        init(_ name: String, _ bytes: Data, _ code: CheckpointError.Code, _ words: String...) {
            self.init(name, bytes, code, words: words)
        }

        /// A file of eight bytes of data behind the header.
        init(_ name: String, header: String, _ code: CheckpointError.Code, _ words: String...) {
            self.init(name, safetensors(header: header, data: Data(count: 8)), code, words: words)
        }

        init(_ name: String, _ bytes: Data, _ code: CheckpointError.Code, words: [String]) {
            (self.name, self.bytes, self.code, self.words) = (name, bytes, code, words)
        }
    }

    @Test(
        "Refuses a malformed safetensors file with its path and the reason",
        arguments: foreignFiles + brokenHeaders + lyingEntries)
    func refused(_ file: Case) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("model.safetensors", file.bytes).path
        let error = try #require(checkpointError { try SafetensorsFile(path: path) })
        #expect(error.code == file.code, "\(error)")
        for word in file.words + [path] {
            #expect(error.message.contains(word), "\(error)")
        }
        #expect(error.message.utf8.count < 2000 + path.utf8.count)
    }

    static let foreignFiles: [Case] = [
        Case("empty", Data(), .notSafetensors, "empty"),
        Case(
            "a Git LFS pointer", Data("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n".utf8),
            .notSafetensors, "Git LFS", "git lfs pull"),
        Case("a web page", Data("<!DOCTYPE html><html><body>404</body></html>".utf8), .notSafetensors, "web page"),
        Case("a web page after blank lines", Data("\r\n \n<html lang=en>".utf8), .notSafetensors, "web page"),
        Case("a PyTorch archive", Data("PK\u{3}\u{4}\0\0\u{8}\u{8}archive/data.pkl".utf8), .notSafetensors, "PyTorch"),
        Case(
            "a PyTorch pickle", Data([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9]), .notSafetensors, "PyTorch"),
        Case("seven bytes", Data(count: 7), .truncatedFile, "7 bytes"),
        Case("text", Data("{\"a\": 1, \"b\": 2}".utf8), .invalidHeader, "header", "100000000"),
    ]

    static let brokenHeaders: [Case] = [
        Case(
            "a header of 100 MB and one byte", safetensors(header: "{}", declaring: 100_000_001), .invalidHeader,
            "100000001", "100000000"),
        Case("a header of 2^64 - 1 bytes", safetensors(header: "{}", declaring: .max), .invalidHeader, "\(UInt64.max)"),
        Case(
            "a header that is cut off", safetensors(header: "{}", declaring: 3), .truncatedFile, "3 bytes", "2 follow"),
        Case("a header of no bytes", safetensors(header: ""), .invalidHeader, "{"),
        Case("an array for a header", safetensors(header: "[1]"), .invalidHeader, "object"),
        Case("white space before the header", safetensors(header: " {}"), .invalidHeader, "object"),
        Case("a header that does not end", safetensors(header: "{\"a\": {"), .invalidHeader, "byte 7"),
        Case("two headers", safetensors(header: "{} {}"), .invalidHeader, "nothing more"),
        Case("a comma too many", safetensors(header: "{\"__metadata__\": {},}"), .invalidHeader),
        Case("metadata that is no string", safetensors(header: "{\"__metadata__\": {\"a\": 1}}"), .invalidHeader),
        Case("metadata given twice", safetensors(header: twice("__metadata__", "{}")), .invalidHeader, "two entries"),
        Case(
            "a tensor given twice", header: twice("wte", #"{"dtype":"U8","shape":[8],"data_offsets":[0,8]}"#),
            .invalidHeader, "two entries", "wte"),
        Case(
            "100,000 brackets", safetensors(header: #"{"wte": {"x": "# + String(repeating: "[", count: 100_000)),
            .invalidHeader, "wte", "nested"),
        Case(
            "100,000 braces", safetensors(header: "{" + String(repeating: #""a":{"#, count: 100_000)), .invalidHeader),
        Case("a name that is not UTF-8", hexadecimal("22ff22"), .invalidHeader, "UTF-8"),
        Case("a name with a control character", safetensors(header: "{\"a\u{1}\": {}}"), .invalidHeader, "control"),
        Case(
            "a name of a megabyte", safetensors(header: "{\"\(String(repeating: "n", count: 1 << 20))\": {}}"),
            .invalidHeader, "name"),
        Case("bytes behind the last tensor", header: "{}", .invalidHeader, "8 bytes"),
    ]

    static let lyingEntries: [Case] = [
        entry("an unknown type", "F12", "[8]", "[0,8]", .invalidHeader, "F12"),
        entry("a negative size", "U8", "[-8]", "[0,8]", .invalidHeader, "whole number"),
        entry("a size with a fraction", "U8", "[8.0]", "[0,8]", .invalidHeader, "whole number"),
        entry("a size beyond 64 bits", "U8", "[9223372036854775808]", "[0,8]", .invalidHeader, "whole number"),
        entry("65 dimensions", "U8", "[1" + String(repeating: ",1", count: 64) + "]", "[0,8]", .invalidHeader, "64"),
        entry("three offsets", "U8", "[8]", "[0,4,8]", .invalidHeader, "2 numbers"),
        entry("one offset", "U8", "[8]", "[0]", .invalidHeader, "data_offsets"),
        entry("sizes whose product overflows", "F32", "[4294967296,4294967296]", "[0,8]", .invalidTensor, "larger"),
        entry("an overflow hidden by a zero", "F32", "[4294967296,4294967296,0]", "[0,0]", .invalidTensor, "larger"),
        entry("offsets in the wrong order", "U8", "[8]", "[8,0]", .invalidTensor, "before it begins"),
        entry("fewer bytes than its shape asks for", "F32", "[3]", "[0,8]", .invalidTensor, "12 bytes", "span 8"),
        entry("an end beyond the file", "U8", "[9]", "[0,9]", .truncatedFile, "cut off", "8 bytes"),
        entry("an end near 2^63", "U8", "[8]", "[9223372036854775799,9223372036854775807]", .truncatedFile),
        entry("a gap before it", "U8", "[4]", "[4,8]", .invalidTensor, "no tensor the 4 bytes before"),
        Case("no dtype", header: #"{"wte":{"shape":[8],"data_offsets":[0,8]}}"#, .invalidHeader, "wte", "dtype"),
        Case(
            "a second shape", header: #"{"wte":{"dtype":"U8","shape":[8],"shape":[8],"data_offsets":[0,8]}}"#,
            .invalidHeader, "wte", "shape"),
        Case("a number for an entry", header: #"{"wte": 8}"#, .invalidHeader, "wte"),
        Case(
            "an overlap", header: pair("[0,6]", "[4,8]"), .invalidTensor, "\"first\"", "\"second\"", "overlaps"),
        Case("a hole", header: pair("[0,2]", "[4,8]"), .invalidTensor, "\"second\"", "2 bytes before"),
        Case("data too long", header: pair("[0,2]", "[2,6]"), .invalidHeader, "2 bytes"),
    ]

    private static func entry(
        _ name: String, _ dtype: String, _ shape: String, _ offsets: String, _ code: CheckpointError.Code,
        _ words: String...
    ) -> Case {
        let header = #"{"wte": {"dtype": "\#(dtype)", "shape": \#(shape), "data_offsets": \#(offsets)}}"#
        let bytes = safetensors(header: header, data: Data(count: 8))
        return Case(name, bytes, code, words: words + ["wte"])
    }

    private static func twice(_ name: String, _ value: String) -> String {
        "{\"\(name)\": \(value), \"\(name)\": \(value)}"
    }

    /// Two tensors of bytes at the given offsets.
    private static func pair(_ first: String, _ second: String) -> String {
        func size(_ offsets: String) -> Int {
            let numbers = offsets.dropFirst().dropLast().split(separator: ",").compactMap { Int($0) }
            return numbers[1] - numbers[0]
        }
        let entries = [("first", first), ("second", second)].map { name, offsets in
            #""\#(name)": {"dtype": "U8", "shape": [\#(size(offsets))], "data_offsets": \#(offsets)}"#
        }
        return "{" + entries.joined(separator: ", ") + "}"
    }

    /// A header of one name that is given in bytes.
    private static func hexadecimal(_ name: String) -> Data {
        let digits = Array(name)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        let header = Data("{".utf8) + bytes + Data(": {}}".utf8)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
    }
}
