import Captioning
import HTTPTypes
import Hummingbird
import NIOCore
import Serving

extension CaptionServer {
    /// Reads the form, captions its picture, and sends the words on as they come; gives up as soon as the client goes.
    ///
    /// The answer begins with the first word, or after a pause: an error before that has its own status, as with
    /// `/caption/generate`; one after it is an event.
    func streamCaption(_ request: Request, _ context: ServerContext) async throws -> Response {
        let began = ContinuousClock.now
        try await captioner.checkReadiness()
        let form = try await Form.read(from: request, layout: configuration.captionForm)
        let options = try CaptionOptions(form: form.texts)
        let isFresh = request.asksForFreshAnswer
        let streaming = CaptionStreaming(
            every: configuration.keepAliveInterval, disconnection: await Disconnection.of(context.channel)
        ) { [captioner, form] listener in
            try await captioner.caption(
                form.file, options: options, isFresh: isFresh, hash: form.fileHash, listener: listener)
        }
        let first: CaptionEvents.Update
        do {
            first = try await streaming.next()
            if case .failure(let error) = first.end, first.text == nil { throw error }
        } catch {
            streaming.finish()
            throw error
        }
        let sender = CaptionSender(fileName: form.fileName, began: began, context: context)
        return Response(
            status: .ok,
            // The second is for nginx, which would otherwise keep the words until there are many.
            headers: [.contentType: ServerSentEvent.contentType, .cacheControl: "no-store", .accelBuffering: "no"],
            body: ResponseBody { writer in
                defer { streaming.finish() }
                var (sender, update) = (sender, first)
                while try await sender.send(update, to: &writer) { update = try await streaming.next() }
                try await writer.finish(nil)
            })
    }
}

/// Sends a caption to one client, event by event.
private struct CaptionSender {
    let fileName: String
    let began: ContinuousClock.Instant
    let context: ServerContext
    /// How many bytes of the text are out.
    private var sentBytes = 0

    init(fileName: String, began: ContinuousClock.Instant, context: ServerContext) {
        self.fileName = fileName
        self.began = began
        self.context = context
    }

    private struct Token: Encodable {
        let text: String
    }

    /// Sends what is new.
    ///
    /// - Returns: whether more may follow.
    mutating func send(_ update: CaptionEvents.Update, to writer: inout any ResponseBodyWriter) async throws -> Bool {
        if let text = update.text { try await send(text, to: &writer) }
        switch update.end {
        case .success(let caption):
            try await send(caption.caption, to: &writer)
            let total = ContinuousClock.now - began
            context.logger.note(caption, total: total)
            let answer = CaptionAnswer(caption, fileName: fileName, total: total)
            try await writer.write(ServerSentEvent.event("caption", answer))
        case .failure(let error):
            let answer = ErrorAnswer(error)
            context.report(error, answer: answer)
            try await writer.write(ServerSentEvent.event("error", answer.problem(requestID: context.requestID)))
        case nil:
            if update.text == nil { try await writer.write(ServerSentEvent.comment("waiting")) }
            return true
        }
        return false
    }

    /// Sends what the client does not have yet of the text.
    private mutating func send(_ text: String, to writer: inout any ResponseBodyWriter) async throws {
        let rest = String(decoding: text.utf8.dropFirst(sentBytes), as: UTF8.self)
        guard !rest.isEmpty else { return }
        sentBytes = text.utf8.count
        try await writer.write(ServerSentEvent.event("token", Token(text: rest)))
    }
}

/// The pieces of a `text/event-stream` (WHATWG HTML §9.2).
private enum ServerSentEvent {
    static let contentType = "text/event-stream"

    /// An event with its data as JSON, which has no line breaks.
    static func event(_ name: String, _ data: some Encodable) throws -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
        buffer.writeImmutableBuffer(try ByteBuffer(json: data))
        buffer.writeString("\n\n")
        return buffer
    }

    /// A line that means nothing.
    static func comment(_ text: String) -> ByteBuffer {
        ByteBuffer(string: ": \(text)\n\n")
    }
}

extension HTTPField.Name {
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
