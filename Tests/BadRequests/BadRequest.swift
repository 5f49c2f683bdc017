import Foundation

/// One request that no well-meaning client sends, and what a server has to answer.
///
/// The server takes pictures of up to ``maxImageSize`` bytes.
public struct BadRequest: Sendable, CustomStringConvertible {
    /// What MAX_IMAGE_SIZE has to be.
    public static let maxImageSize = 500_000

    public let description: String
    /// What goes over the wire.
    public let bytes: @Sendable () throws -> [UInt8]
    /// What its sender does then.
    public let manner: Wire.Manner
    /// The answer's status; 0 where nobody waits for one.
    public let status: Int
    /// The code of the problem; nil where the request is served all the same.
    public let code: String?
    /// The file's name as it comes back, where there is one.
    public let fileName: String?

    init(
        _ description: String, _ status: Int, _ code: String?, fileName: String? = nil,
        then manner: Wire.Manner = .reads, _ bytes: @escaping @Sendable () throws -> [UInt8]
    ) {
        self.description = description
        self.status = status
        self.code = code
        self.fileName = fileName
        self.manner = manner
        self.bytes = bytes
    }

    /// All but ``songs``.
    public static let all =
        requests + targets + strangers + chunks + departures + types + forms + fields + names + pictures

    /// Sends it, and returns what comes back.
    public func send(to wire: Wire) async throws -> WireAnswer {
        WireAnswer(try await wire.exchange(bytes(), then: manner))
    }
}

extension BadRequest {
    static let host = "Host: localhost\r\nConnection: close\r\n"

    /// A request that is all text; `¶` stands for a line break.
    static func text(_ name: String, _ status: Int, _ code: String?, _ text: String) -> BadRequest {
        BadRequest(name, status, code) { Array(text.replacing("¶", with: "\r\n").utf8) }
    }

    /// A POST to `/caption/generate`.
    static func post(
        _ body: [UInt8], type: String? = Form.contentType, length: Int? = nil
    ) -> [UInt8] {
        let typeLine = type.map { "Content-Type: \($0)\r\n" } ?? ""
        let head =
            "POST /caption/generate HTTP/1.1\r\n\(host)\(typeLine)Content-Length: \(length ?? body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    /// A multipart body, put together by hand.
    struct Form {
        static let boundary = "b0undary"
        static let contentType = "multipart/form-data; boundary=\(boundary)"

        var bytes: [UInt8] = []

        /// A form with a sound picture.
        static func sound(fileName: String = "a.png") throws -> Form {
            Form().adding(#"name="image"; filename="\#(fileName)""#, try picture("one-pixel.png"))
        }

        /// The form with one more part; `disposition` is what follows `form-data;`.
        func adding(_ disposition: String, _ content: [UInt8]) -> Form {
            adding(header: "Content-Disposition: form-data; \(disposition)", content)
        }

        /// The form with one more part.
        func adding(header: String, _ content: [UInt8]) -> Form {
            Form(bytes: bytes + Array("--\(Self.boundary)\r\n\(header)\r\n\r\n".utf8) + content + [13, 10])
        }

        /// The form and its closing delimiter.
        var closed: [UInt8] { bytes + Array("--\(Self.boundary)--\r\n".utf8) }
    }

    /// A picture of the tests of `Imaging`.
    static func picture(_ name: String) throws -> [UInt8] {
        try file("ImagingTests/Fixtures/\(name)")
    }

    /// A hostile picture of this module's own.
    static func fixture(_ name: String) throws -> [UInt8] {
        try file("BadRequests/Fixtures/\(name)")
    }

    private static func file(_ path: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: tests.appendingPathComponent(path)))
    }
}
