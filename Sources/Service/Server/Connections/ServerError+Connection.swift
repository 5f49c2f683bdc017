import HTTPTypes
import NIOCore
import NIOHTTP1

/// What is refused before any request handler sees it.
extension ServerError {
    /// The methods that are known, for the refusal of an unknown one.
    private static let methods = "GET, HEAD, POST"

    /// Why a head that the parser accepted is refused; nil if it is valid.
    ///
    /// RFC 9112 §3.2 asks for exactly one `Host`. A body whose length two headers tell differently, as only HTTP/1.0
    /// lets it pass, is a request smuggled past a proxy (§6.3).
    init?(refusing head: HTTPRequestHead) {
        let hosts = head.headers["host"]
        if hosts.count > 1 || (hosts.isEmpty && head.version != .http1_0) {
            self.init(
                .malformedRequest,
                "The request has \(hosts.isEmpty ? "no Host header" : "more than one Host header"). Send exactly one.")
        } else if let host = hosts.first, !host.utf8.allSatisfy(Self.mayStandInHost) {
            self.init(.malformedRequest, "The Host header holds characters that no host's name has. Send a plain one.")
        } else if head.version == .http1_0, head.headers.contains(name: "transfer-encoding") {
            self.init(.malformedRequest, "HTTP/1.0 knows no Transfer-Encoding. Send Content-Length, or use HTTP/1.1.")
        } else if let coding = Self.unknownCoding(head.headers) {
            // The parser lets any list pass that ends in chunked; the pieces would be read as they are.
            self.init(
                .malformedRequest,
                "The request's Transfer-Encoding is \(coding), of which only chunked is taken. Send the body as it is.")
        } else if let expectation = head.headers["expect"].first(where: { $0.lowercased() != "100-continue" }) {
            self.init(
                .unmetExpectation,
                "The request's Expect is \(AccessEntry.shortened(expectation, to: 40).debugDescription). "
                    + "Send 100-continue, or leave it out.")
        } else {
            return nil
        }
    }

    /// The refusal of a head that is not HTTP/1.
    ///
    /// - Parameter line: its first line, which tells an unknown method from what is no HTTP at all, and a long target
    ///   from long headers.
    init(inHead error: HTTPParserError, behind line: RequestLine, limits: ConnectionLimits) {
        switch error {
        case .headerOverflow where line.byteCount > limits.headerFieldBytes:
            self.init(
                .targetTooLong,
                "The request's target has more than \(limits.headerFieldBytes) bytes. Send a shorter one.")
        case .headerOverflow:
            self.init(
                .headerTooLarge, "The request's headers are too long or too many. Send fewer and shorter ones.")
        case .invalidMethod where (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(line.first):
            self.init(
                .methodNotAllowed, "No path here takes this method. There are \(Self.methods).",
                headers: [.allow: Self.methods])
        default:
            self.init(
                .malformedRequest,
                "The request is not valid HTTP/1.1. Check the client, and that it speaks http, not https.", cause: error
            )
        }
    }

    /// The refusal of a body that breaks off, or whose chunks make no sense.
    init(inBody error: HTTPParserError) {
        switch error {
        case .invalidEOFState, .closedConnection:
            self.init(
                .truncatedUpload, "The upload broke off before its end: send the whole form again.", cause: error)
        default:
            self.init(
                .malformedRequest, "The body's chunks are not valid HTTP/1.1. Check the client that sends them.",
                cause: error)
        }
    }

    /// The refusal of a head that takes too long.
    static func slowHead(_ limits: ConnectionLimits) -> ServerError {
        ServerError(
            .slowRequest,
            "The request's head took longer than \(limits.headTime.inSeconds) seconds. Send it in one piece.")
    }

    /// The refusal of a body that takes too long.
    static func slowBody(_ limits: ConnectionLimits) -> ServerError {
        ServerError(
            .slowUpload,
            "Less than \(limits.leastRate) bytes a second of the upload came for \(limits.rateSpan.inSeconds) seconds, "
                + "or it took longer than \(limits.bodyTime.inSeconds) seconds in all. Send it again.")
    }

    /// The content encodings of a body other than chunks, over all headers; nil for none.
    private static func unknownCoding(_ headers: HTTPHeaders) -> String? {
        let codings = headers[canonicalForm: "transfer-encoding"]
        guard codings.contains(where: { $0.lowercased() != "chunked" }) || codings.count > 1 else { return nil }
        return AccessEntry.shortened(codings.joined(separator: ", "), to: 40)
    }

    /// The characters of RFC 3986's host and port.
    private static func mayStandInHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()*+,;=:[]".utf8.contains(byte)
        }
    }
}

extension HTTPRequestHead {
    /// Whether no other request can follow on the same connection: the client says so, or what follows is another
    /// protocol than the parser's.
    var isLast: Bool {
        !isKeepAlive || version == .http1_0 || method == .CONNECT || headers.contains(name: "upgrade")
    }
}

extension TimeAmount {
    /// The amount in seconds.
    fileprivate var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
