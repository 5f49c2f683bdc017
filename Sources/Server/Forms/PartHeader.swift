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
    /// - Throws: `malformedForm` where a line has no colon, or no `Content-Disposition: form-data` names the field.
    init(block: [UInt8]) throws(ServerError) {
        let lines = String(decoding: block, as: UTF8.self).split(separator: "\r\n")
        var disposition: HeaderValue?
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else {
                throw ServerError(
                    .malformedForm, "The body is not a valid multipart form: a header line of a part has no colon.")
            }
            if line[..<colon].lowercased() == "content-disposition" {
                disposition = HeaderValue(String(line[line.index(after: colon)...]))
            }
        }
        guard let disposition, disposition.value == "form-data", let name = disposition.text(of: "name") else {
            throw ServerError(
                .malformedForm,
                "The body is not a valid multipart form: a part lacks Content-Disposition: form-data; name=\"…\".")
        }
        self.name = name
        fileName = disposition.text(of: "filename")
    }
}
