import CWebFiles
import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the page, as it is served. All of them are part of the program, so that it runs from any folder.
struct WebFile: Sendable {
    let contentType: String
    let content: ByteBuffer
    /// A strong entity tag (RFC 9110 §8.8.3): it changes when the content does.
    let entityTag: String

    /// Makes a file; what kind it is its name says.
    init(name: String, content: ByteBuffer) {
        contentType = Self.contentType(of: name)
        self.content = content
        let digest = SHA256.hash(data: content.readableBytesView)
        entityTag =
            "\""
            + digest.prefix(8).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined() + "\""
    }

    /// The files of the folder `Web` by their names, the description of the calls filled in.
    static let all: [String: WebFile] = {
        var files: [String: WebFile] = [:]
        var index = 0
        while let file = web_file_at(index)?.pointee {
            let bytes = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
            var content = ByteBuffer(bytes: bytes)
            let name = String(cString: file.name)
            if name == "openapi.json" {
                content = ByteBuffer(string: OpenAPI.filledIn(String(buffer: content)))
            }
            files[name] = WebFile(name: name, content: content)
            index += 1
        }
        return files
    }()

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "webmanifest": "application/manifest+json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        default: "application/octet-stream"
        }
    }

    /// The file, or 304 where the client has it already (RFC 9110 §13.1.2). Browsers ask each time, so that a new
    /// version of the server is a new page at once.
    func response(to request: Request, varyingWith header: HTTPField.Name? = nil) -> Response {
        var headers: HTTPFields = [.eTag: entityTag, .cacheControl: "no-cache"]
        if let header { headers[.vary] = header.rawName }
        if let known = request.headers[.ifNoneMatch], matches(known) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = contentType
        headers[.contentLength] = "\(content.readableBytes)"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: content))
    }

    /// Whether a list of entity tags has this file's; weak comparison, as the header asks.
    private func matches(_ list: String) -> Bool {
        list.split(separator: ",").contains { item in
            var tag = item.drop { $0 == " " || $0 == "\t" }
            while tag.last == " " || tag.last == "\t" { tag.removeLast() }
            return tag == "*" || tag == entityTag || tag == "W/" + entityTag
        }
    }
}
