import NIOCore

@testable import Server

private let layout = Form.Layout(
    fileField: "image", textFields: ["prompt", "seed"], maxFileBytes: 4096, maxTextBytes: 256)

/// A form must mean the same however it is cut into pieces, and hold no more than it was sent.
///
/// The first byte is the length of the pieces; the rest is the body, whose boundary is `b`.
func formTarget(_ input: [UInt8]) -> CInt {
    guard let first = input.first else { return 0 }
    let body = Array(input.dropFirst())
    let whole = read(body, inPiecesOf: max(1, body.count))
    let cut = read(body, inPiecesOf: Int(first) + 1)
    precondition(whole == cut, "\(whole) when whole, \(cut) in pieces of \(Int(first) + 1)")
    if case .success(let form) = whole {
        let size = form.file.count + form.texts.values.reduce(0) { $0 + $1.utf8.count }
        precondition(size <= body.count && form.fileName.utf8.count <= FileName.maxBytes)
        precondition(!form.fileName.contains("/") && !form.fileName.contains("\\") && !form.fileName.isEmpty)
    }
    return 0
}

/// What became of a body: the form, or the code of its refusal.
private func read(_ body: [UInt8], inPiecesOf length: Int) -> Result<Form, Refusal> {
    do throws(ServerError) {
        var reader = try FormReader(boundary: "b", layout: layout)
        for start in stride(from: 0, to: body.count, by: length) {
            try reader.receive(ByteBuffer(bytes: body[start..<min(start + length, body.count)]))
        }
        try reader.checkEnd()
        guard let file = reader.takeFile() else { preconditionFailure("A form without a file was found whole") }
        return .success(
            Form(
                file: try file.content.get(), fileHash: file.hash, fileName: file.name, texts: reader.texts))
    } catch {
        return .failure(Refusal(code: error.code.rawValue))
    }
}

private struct Refusal: Error, Equatable {
    let code: String
}
