/// What the header of one part of a form says (RFC 7578 §4).
struct PartHeader: Equatable {
    /// The name of the form's field.
    let name: String
    /// The client's name for the file, as it came; nil where the part is no file.
    let fileName: String?

    /// Makes a header from its parts.
    init(name: String, fileName: String? = nil) {
        self.name = name
        self.fileName = fileName
    }

    /// Reads a block of header lines, line breaks included.
    ///
    /// - Throws: `malformedForm` where a line has no colon or no proper name before it, or where not exactly one
    ///   `Content-Disposition: form-data` names the field once.
    init(block: [UInt8]) throws(ServerError) {
        let lines = String(decoding: block, as: UTF8.self).split(separator: "\r\n")
        var disposition: HeaderValue?
        var hasDisposition = false
        for line in lines {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                throw Self.malformed("a header line of a part has no colon")
            }
            let name = line[..<colon]
            guard !name.isEmpty, name.utf8.allSatisfy(Self.mayStandInName) else {
                throw Self.malformed(
                    "a part has a header whose name is \(AccessEntry.shortened(String(name), to: 40).debugDescription), "
                        + "which holds characters that no header's name has")
            }
            if name.lowercased() == "content-disposition" {
                guard !hasDisposition else { throw Self.malformed("a part has more than one Content-Disposition") }
                hasDisposition = true
                disposition = HeaderValue(String(line[line.index(after: colon)...]))
            }
        }
        guard let disposition, disposition.value == "form-data", let name = disposition.text(of: "name") else {
            throw Self.malformed("a part lacks Content-Disposition: form-data; name=\"…\"")
        }
        guard !disposition.repeated.contains("name"), !disposition.repeated.contains("filename") else {
            throw Self.malformed("the Content-Disposition of a part has more than one name or filename")
        }
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Self.malformed("the name of a field holds control characters")
        }
        self.name = name
        fileName = disposition.text(of: "filename")
    }

    /// The characters of a token (RFC 9110 §5.6.2).
    private static func mayStandInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func malformed(_ reason: String) -> ServerError {
        ServerError(.malformedForm, "The body is not a valid multipart form: \(reason).")
    }
}
