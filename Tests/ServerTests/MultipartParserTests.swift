import NIOCore
import Randomness
import Testing

@testable import Server

@Suite("Multipart parser")
struct MultipartParserTests {
    /// A part as a test compares it.
    struct Part: Equatable {
        let header: PartHeader
        var content: [UInt8] = []
    }

    /// Feeds a body in pieces of `size` bytes and puts the parts together again.
    private func parse(
        _ body: [UInt8], boundary: String = "b", size: Int = .max, limits: MultipartParser.Limits = .init()
    ) throws(ServerError) -> [Part] {
        var parser = try MultipartParser(boundary: boundary, limits: limits)
        var parts: [Part] = []
        var hasEnded = false
        var start = 0
        while start < body.count {
            let end = body.count - start > size ? start + size : body.count
            parser.feed(ByteBuffer(bytes: body[start..<end]))
            start = end
            while let event = try parser.next() {
                #expect(!hasEnded)
                switch event {
                case .partBegan(let header): parts.append(Part(header: header))
                case .content(let bytes):
                    #expect(bytes.readableBytes > 0)
                    parts[parts.count - 1].content += bytes.readableBytesView
                case .partEnded: break
                case .finished: hasEnded = true
                }
            }
        }
        try parser.finish()
        return parts
    }

    private func parse(_ text: String, limits: MultipartParser.Limits = .init()) throws(ServerError) -> [Part] {
        try parse(Array(text.utf8), limits: limits)
    }

    private static let tricky = Array(
        """
        This is the preamble.\r\n--not\r\n--b  \t\r\nContent-Disposition: form-data; name="a"\r\n\r\n\
        one\r\n--\r\n-b\r\n\r\r\n--B\r\n--b\r\ncontent-disposition:form-data;name=f;filename="x.jpg"\r\n\
        Content-Type: image/jpeg\r\n\r\n\r\n\r\n--b\r\nX: y\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\
        \r\n--b--\r\nepilogue\r\n--b\r\n
        """.utf8)
    private static let trickyParts = [
        Part(header: PartHeader(name: "a"), content: Array("one\r\n--\r\n-b\r\n\r\r\n--B".utf8)),
        Part(header: PartHeader(name: "f", fileName: "x.jpg"), content: Array("\r\n".utf8)),
        Part(header: PartHeader(name: "empty")),
    ]

    @Test("Parses preamble, near delimiters, empty parts and epilogue, however the body is split", arguments: 1...300)
    func cutAnywhere(size: Int) throws {
        #expect(try parse(Self.tricky, size: size) == Self.trickyParts)
    }

    @Test("A body that ends before its closing boundary is truncated")
    func truncated() throws {
        let closing = Self.tricky.count - "\r\nepilogue\r\n--b\r\n".utf8.count
        for length in 0..<closing {
            let error = #expect(throws: ServerError.self) { try parse(Array(Self.tricky.prefix(length)), size: 7) }
            #expect(error?.code == .truncatedUpload)
        }
        #expect(try parse(Array(Self.tricky.prefix(closing))) == Self.trickyParts)
    }

    @Test(
        "A malformed body is refused with the reason",
        arguments: [
            ("--b\r\nno colon\r\n\r\n", "no colon"),
            ("--b\r\n\r\n", "lacks Content-Disposition"),
            ("--b\r\nContent-Disposition: attachment; name=a\r\n\r\n", "lacks Content-Disposition"),
            ("--b\r\nContent-Disposition: form-data\r\n\r\n", "lacks Content-Disposition"),
            ("--b\r\nContent-Disposition: form-data; name=\"open\r\n\r\n", "lacks Content-Disposition"),
            ("--b\r\nContent-Disposition: form-data; name=a\r\n--b--", "no blank line"),
            ("--b\r\nContent-Disposition: form-data; name=a\r\n--b\r\nX: y\r\n\r\n", "no blank line"),
            ("--b\r\n--b--", "no blank line"),
            ("--bb\r\n", "other than a line break"),
            ("--b-\r\n", "other than a line break"),
            ("--b\n", "other than a line break"),
            ("--b" + String(repeating: " ", count: 257), "too many spaces"),
            ("--b\r\n" + String(repeating: "a", count: 17_000), "16384 bytes"),
            ("--b\r\n" + String(repeating: "a: b\r\n", count: 4_000) + "\r\n", "16384 bytes"),
        ])
    func malformed(body: String, reason: String) throws {
        let error = try #require(throws: ServerError.self) { try parse(body) }
        #expect(error.code == .malformedForm)
        #expect(error.message.contains(reason))
    }

    @Test("Refuses more parts than allowed")
    func tooManyParts() throws {
        let part = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n"
        let limits = MultipartParser.Limits(parts: 3)
        #expect(try parse(String(repeating: part, count: 3) + "--b--", limits: limits).count == 3)
        let error = #expect(throws: ServerError.self) {
            try parse(String(repeating: part, count: 4) + "--b--", limits: limits)
        }
        #expect(error?.code == .malformedForm)
    }

    @Test(
        "Refuses a boundary that RFC 2046 does not allow",
        arguments: ["", "ends with space ", "tab\t", "ümlaut", String(repeating: "a", count: 71)])
    func badBoundaries(boundary: String) {
        let error = #expect(throws: ServerError.self) { try MultipartParser(boundary: boundary) }
        #expect(error?.code == .invalidBoundary)
    }

    @Test("Parses random content with partial delimiters, split at random", arguments: 0..<100)
    func fuzz(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let boundary = "--x\(seed)"
        let delimiter = Array("\r\n--\(boundary)".utf8)
        var body: [UInt8] = []
        var expected: [Part] = []
        for number in 0..<Int.random(in: 1...5, using: &random) {
            var content: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                content += delimiter.prefix(Int.random(in: 0..<delimiter.count, using: &random))
                content.append(UInt8.random(in: 97...122, using: &random))
            }
            expected.append(Part(header: PartHeader(name: "n\(number)"), content: content))
            body += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"n\(number)\"\r\n\r\n".utf8)
            body += content + Array("\r\n".utf8)
        }
        body += Array("--\(boundary)--".utf8)
        #expect(try parse(body, boundary: boundary, size: Int.random(in: 1...64, using: &random)) == expected)
    }

    @Test("Random bytes throw an error and never crash", arguments: 0..<100)
    func noise(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("\r\n-b: ;=\"abContent-Disposition: form-data; name=".utf8)
        let body = (0..<400).map { _ in alphabet.randomElement(using: &random) ?? 0 }
        let size = Int.random(in: 1...32, using: &random)
        #expect(throws: ServerError.self) { try parse(Array("--b\r\n".utf8) + body, size: size) }
    }
}
