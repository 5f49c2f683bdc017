import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Observability

@testable import Server

// MARK: Forms

extension FuzzTarget {
    /// A form must mean the same however it is cut into pieces, and hold no more than it was sent.
    ///
    /// The first byte is the length of the pieces; the rest is the body, whose boundary is `b`.
    static let form = FuzzTarget(name: "form") { input in
        guard let first = input.first else { return }
        let body = Array(input.dropFirst())
        let whole = read(body, inPiecesOf: max(1, body.count))
        let cut = read(body, inPiecesOf: Int(first) + 1)
        try FuzzFinding.unless(whole == cut, "\(whole) when whole, \(cut) in pieces of \(Int(first) + 1)")
        guard case .success(let form) = whole else { return }
        let size = form.file.count + form.texts.values.reduce(0) { $0 + $1.utf8.count }
        try FuzzFinding.unless(size <= body.count, "The form holds \(size) bytes of a body of \(body.count)")
        let name = form.fileName
        try FuzzFinding.unless(
            name.utf8.count <= FileName.maxBytes && !name.contains("/") && !name.contains("\\") && !name.isEmpty,
            "The file is called \(name.debugDescription)")
    }

    private static let layout = Form.Layout(
        fileField: "image", textFields: ["prompt", "seed"], maxFileBytes: 4096, maxTextBytes: 256)

    private struct Refusal: Error, Equatable {
        let code: String
    }

    /// What became of a body: the form, or the code of its refusal.
    private static func read(_ body: [UInt8], inPiecesOf length: Int) -> Result<Form, Refusal> {
        do throws(ServerError) {
            var reader = try FormReader(boundary: "b", layout: layout)
            for start in stride(from: 0, to: body.count, by: length) {
                try reader.receive(ByteBuffer(bytes: body[start..<min(start + length, body.count)]))
            }
            try reader.checkEnd()
            guard let file = reader.takeFile() else { return .failure(Refusal(code: "a form without its file")) }
            return .success(
                Form(file: try file.content.get(), fileHash: file.hash, fileName: file.name, texts: reader.texts))
        } catch {
            return .failure(Refusal(code: error.code.rawValue))
        }
    }
}

// MARK: Connections

extension FuzzTarget {
    /// Whatever comes over the wire, every request has an answer and no more than one, and time ends every connection.
    ///
    /// The first byte is the length of the pieces; an odd one has requests answered with their heads, an even one at their
    /// ends.
    static let wire = FuzzTarget(name: "wire") { input in
        guard let first = input.first else { return }
        let channel = EmbeddedChannel()
        try guarded.addHandlers(to: channel.pipeline.syncOperations, logger: silent)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let body = input.dropFirst()
        for start in stride(from: body.startIndex, to: body.endIndex, by: Int(first) + 1) where channel.isActive {
            let piece = body[start..<min(start + Int(first) + 1, body.endIndex)]
            // An error is for whoever reads a body, who then answers it.
            if (try? channel.writeInbound(ByteBuffer(bytes: piece))) == nil, channel.isActive { answer(channel) }
            serve(channel, early: first % 2 == 1)
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(1000))
        if channel.isActive { answer(channel) }
        channel.embeddedEventLoop.advanceTime(by: .seconds(1000))
        try FuzzFinding.unless(!channel.isActive, "The connection is still open after all its limits")
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    private static let silent = Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let guarded = GuardedChannel(
        responder: { _, _, _ in }, limits: ConnectionLimits(), register: ConnectionRegister(limit: 4),
        bodyLimit: { _ in 1000 }, metrics: RequestMetrics(registry: PrometheusRegistry(), routes: []))

    /// Answers what has been read of requests.
    private static func serve(_ channel: EmbeddedChannel, early: Bool) {
        while let part = try? channel.readInbound(as: HTTPRequestPart.self) {
            switch part {
            case .head where early: answer(channel)
            case .end where !early: answer(channel)
            default: break
            }
        }
    }

    private static func answer(_ channel: EmbeddedChannel) {
        _ = try? channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        _ = try? channel.writeOutbound(HTTPResponsePart.end(nil))
    }
}

// MARK: Headers and JSON

extension FuzzTarget {
    /// A header value is read or refused, and its names come out in lower case.
    static let headerValue = FuzzTarget(name: "header") { input in
        let text = String(decoding: input, as: UTF8.self)
        _ = FileName.sanitise(text)
        guard let value = HeaderValue(text) else { return }
        try FuzzFinding.unless(!value.value.isEmpty, "A value without a name")
        for name in value.parameters.keys {
            try FuzzFinding.unless(
                name == name.lowercased(), "The parameter \(name.debugDescription) is not in lower case")
            _ = value.text(of: name)
        }
    }

    /// What is asked of `POST /songs/match` in JSON is read, or refused with a sentence.
    static let matchBody = FuzzTarget(name: "json") { input in
        do throws(ServerError) {
            let body = try MatchBody(ByteBuffer(bytes: input))
            _ = body.query
        } catch {
            try FuzzFinding.unless(error.message.hasSuffix("."), "No sentence: \(error.message)")
        }
    }
}
