import NIOCore

/// Builds a ``Form`` from the pieces of a multipart body. It keeps the bytes of known fields only, each up to its limit.
struct FormReader {
    /// Where the bytes of the current part go.
    private enum Target: Equatable {
        case file
        case text(String)
        case nowhere
    }

    private let layout: Form.Layout
    private var parser: MultipartParser
    private var target = Target.nowhere
    private var file: [UInt8]?
    private var fileName = ""
    private var text: [UInt8] = []
    private var texts: [String: String] = [:]
    private var namesSeen: [String] = []
    private var bodyBytes = 0

    /// Makes a reader for one body.
    ///
    /// - Throws: `invalidBoundary`.
    init(boundary: String, layout: Form.Layout) throws(ServerError) {
        parser = try MultipartParser(boundary: boundary)
        self.layout = layout
    }

    /// Takes in the next piece of the body.
    ///
    /// - Throws: `malformedForm`, `duplicateField`, `invalidField`, and as soon as a limit is passed `fileTooLarge`,
    ///   `fieldTooLarge` or `bodyTooLarge`.
    mutating func receive(_ piece: ByteBuffer) throws(ServerError) {
        bodyBytes += piece.readableBytes
        guard bodyBytes <= layout.maxBodyBytes else { throw layout.bodyTooLarge() }
        parser.feed(piece)
        while let event = try parser.next() {
            switch event {
            case .partBegan(let header): try begin(header)
            case .content(let bytes): try append(bytes)
            case .partEnded: try end()
            case .finished: break
            }
        }
    }

    /// The form, once all pieces are in.
    ///
    /// - Throws: `truncatedUpload` or `missingField`.
    consuming func finish() throws(ServerError) -> Form {
        try parser.finish()
        guard let file else { throw missingFile() }
        let name = FileName.sanitise(fileName)
        return Form(file: file, fileName: name.isEmpty ? "unnamed" : name, texts: texts)
    }

    private mutating func begin(_ header: PartHeader) throws(ServerError) {
        if header.name == layout.fileField {
            guard file == nil else { throw duplicate(header.name) }
            file = []
            fileName = header.fileName ?? ""
            target = .file
        } else if layout.textFields.contains(header.name) {
            guard texts[header.name] == nil else { throw duplicate(header.name) }
            text = []
            target = .text(header.name)
        } else {
            namesSeen.append(FileName.sanitise(header.name))
            target = .nowhere
        }
    }

    private mutating func append(_ bytes: ByteBuffer) throws(ServerError) {
        switch target {
        case .file:
            guard (file?.count ?? 0) + bytes.readableBytes <= layout.maxFileBytes else {
                throw ServerError(
                    .fileTooLarge,
                    "The picture has more than \(layout.maxFileBytes) bytes, the most that is taken. Send a smaller one."
                )
            }
            file?.append(contentsOf: bytes.readableBytesView)
        case .text(let name):
            guard text.count + bytes.readableBytes <= layout.maxTextBytes else {
                throw ServerError(
                    .fieldTooLarge, "The field \(name) has more than \(layout.maxTextBytes) bytes. Send a shorter text."
                )
            }
            text.append(contentsOf: bytes.readableBytesView)
        case .nowhere:
            break
        }
    }

    private mutating func end() throws(ServerError) {
        if case .text(let name) = target {
            guard let value = String(validating: text, as: UTF8.self) else {
                throw ServerError(.invalidField, "The field \(name) is not UTF-8 text. Send it as UTF-8.")
            }
            texts[name] = value
        }
        target = .nowhere
    }

    private func duplicate(_ name: String) -> ServerError {
        ServerError(.duplicateField, "The form has more than one field \(name). Send one.")
    }

    private func missingFile() -> ServerError {
        let field = layout.fileField
        let seen = namesSeen + texts.keys.sorted()
        let found = seen.isEmpty ? "it has no fields" : "it has " + seen.prefix(8).joined(separator: ", ")
        return ServerError(
            .missingField, "The form has no field \(field): \(found). Send the picture as -F \"\(field)=@photo.jpg\".")
    }
}

extension Form.Layout {
    /// The refusal of a body that is longer than any form of this layout.
    func bodyTooLarge() -> ServerError {
        ServerError(
            .bodyTooLarge,
            "The upload is larger than a picture of \(maxFileBytes) bytes, the most that is taken. Send a smaller one.")
    }
}
