import Imaging
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
    /// The file that is being read: its bytes, its name as it came, and why it is refused.
    private var bytes: [UInt8] = []
    /// Hashed piece by piece, while the next one is on its way.
    private var hash = PictureHash()
    private var fileName: String?
    private var refusal: ServerError?
    /// The files that are complete and have not been taken, in order.
    private var files: [UploadedFile] = []
    private var fileCount = 0
    private var text: [UInt8] = []
    /// The texts that are complete, by the names of their fields.
    private(set) var texts: [String: String] = [:]
    private var namesSeen: [String] = []
    private var bodyBytes = 0
    private let expectedBytes: Int

    /// Makes a reader for one body.
    ///
    /// - Parameter expectedBytes: how long the body is said to be; 0 where nobody says it.
    /// - Throws: `invalidBoundary`.
    init(boundary: String, layout: Form.Layout, expectedBytes: Int = 0) throws(ServerError) {
        var limits = MultipartParser.Limits()
        limits.parts += layout.maxFiles - 1
        parser = try MultipartParser(boundary: boundary, limits: limits)
        self.layout = layout
        self.expectedBytes = max(0, expectedBytes)
    }

    /// Takes in the next piece of the body.
    ///
    /// - Throws: `malformedForm`, `duplicateField`, `unknownField`, `tooManyImages`, `lateField`, `invalidField`, and as soon as a limit is
    ///   passed `fileTooLarge` (where the form may hold only one file), `fieldTooLarge` or `bodyTooLarge`.
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

    /// The next file that is complete, which the reader then forgets; nil when more pieces are needed.
    mutating func takeFile() -> UploadedFile? {
        files.isEmpty ? nil : files.removeFirst()
    }

    /// Says that all pieces are in.
    ///
    /// - Throws: `truncatedUpload`, or `missingField` where there was no file.
    func checkEnd() throws(ServerError) {
        try parser.finish()
        guard fileCount > 0 else { throw missingFile() }
    }

    private mutating func begin(_ header: PartHeader) throws(ServerError) {
        if header.name == layout.fileField {
            guard fileCount < layout.maxFiles else { throw tooManyFiles() }
            fileCount += 1
            fileName = header.fileName
            bytes = []
            // A form of one file is hardly anything else: room for all of it at once, and no moving as it grows.
            if layout.maxFiles == 1 { bytes.reserveCapacity(min(expectedBytes, layout.maxFileBytes)) }
            hash = PictureHash()
            refusal = nil
            target = .file
        } else if layout.textFields.contains(header.name) {
            guard texts[header.name] == nil || layout.repeatableFields.contains(header.name) else {
                throw duplicate(header.name)
            }
            text = []
            target = .text(header.name)
        } else {
            if layout.refusesUnknownFields { throw layout.names.refusal(of: header.name) }
            let name = FileName.sanitise(header.name)
            namesSeen.append(name)
            target = .nowhere
        }
    }

    private mutating func append(_ piece: ByteBuffer) throws(ServerError) {
        switch target {
        case .file where refusal != nil: break
        case .file:
            guard bytes.count + piece.readableBytes <= layout.maxFileBytes else { return try refuseFile() }
            piece.withUnsafeReadableBytes {
                bytes.append(contentsOf: $0)
                hash.update($0)
            }
        case .text(let name):
            let before = texts[name]?.utf8.count ?? 0
            guard before + text.count + piece.readableBytes <= layout.maxTextBytes else {
                throw ServerError(
                    .fieldTooLarge, "The field \(name) has more than \(layout.maxTextBytes) bytes. Send a shorter text."
                )
            }
            text.append(contentsOf: piece.readableBytesView)
        case .nowhere:
            break
        }
    }

    /// A file that is too large ends the form that may hold no other, and else only itself.
    private mutating func refuseFile() throws(ServerError) {
        let error = ServerError(
            .fileTooLarge,
            "The picture has more than \(layout.maxFileBytes) bytes, the most that is taken. Send a smaller one.")
        guard layout.maxFiles > 1 else { throw error }
        refusal = error
        bytes = []
    }

    private mutating func end() throws(ServerError) {
        switch target {
        case .file: endFile()
        case .text(let name): try endText(name)
        case .nowhere: break
        }
        target = .nowhere
    }

    private mutating func endFile() {
        // What a page sends for a field in which nothing was chosen, where any number of files may be chosen.
        if layout.maxFiles > 1, fileName == "", bytes.isEmpty, refusal == nil {
            fileCount -= 1
            return
        }
        let name = FileName.sanitise(fileName ?? "")
        files.append(
            UploadedFile(
                name: name.isEmpty ? "unnamed" : name, hash: hash.digits,
                content: refusal.map { .failure($0) } ?? .success(bytes)))
        bytes = []
    }

    private mutating func endText(_ name: String) throws(ServerError) {
        guard let value = String(validating: text, as: UTF8.self) else {
            throw ServerError(.invalidField, "The field \(name) is not UTF-8 text. Send it as UTF-8.")
        }
        guard layout.maxFiles == 1 || fileCount == 0 || value.isEmpty else {
            throw ServerError(
                .lateField,
                "The field \(name) comes after a picture, which may be under way by then. Send it before all of them.")
        }
        texts[name] = texts[name].map { $0 + "\n" + value } ?? value
    }
}

extension FormReader {
    private func duplicate(_ name: String) -> ServerError {
        ServerError(.duplicateField, "The form has more than one field \(name). Send one.")
    }

    private func tooManyFiles() -> ServerError {
        guard layout.maxFiles > 1 else { return duplicate(layout.fileField) }
        return ServerError(
            .tooManyImages,
            "The form has more than \(layout.maxFiles) pictures, the most that are taken at once. Send them in several "
                + "calls.")
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
        let pictures =
            maxFiles == 1 ? "a picture of \(maxFileBytes) bytes" : "\(maxFiles) pictures of \(maxFileBytes) bytes"
        return ServerError(
            .bodyTooLarge, "The upload is larger than \(pictures), the most that is taken. Send a smaller one.")
    }
}
