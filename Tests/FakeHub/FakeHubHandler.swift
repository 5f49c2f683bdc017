import NIOCore
import NIOHTTP1

/// One connection of a ``FakeHub``: writes answers as they are, however wrong.
final class FakeHubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let isElsewhere: Bool
    private let answer: @Sendable (FakeRequest) -> FakeReply
    private var head: HTTPRequestHead?

    init(isElsewhere: Bool, answer: @escaping @Sendable (FakeRequest) -> FakeReply) {
        self.isElsewhere = isElsewhere
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end: respond(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func respond(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
        let address = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
        let request = FakeRequest(
            isElsewhere: isElsewhere, method: head.method.rawValue, path: address.first ?? "/",
            query: address.count > 1 ? address[1] : "",
            headers: Dictionary(headers) { $1 })
        write(answer(request), isHead: head.method == .HEAD, context)
    }

    private func write(_ reply: FakeReply, isHead: Bool, _ context: ChannelHandlerContext) {
        var text = "HTTP/1.1 \(reply.status) Whatever\r\n"
        for (name, value) in reply.headers { text += "\(name): \(value)\r\n" }
        if let length = reply.contentLength { text += "Content-Length: \(length)\r\n" }
        var bytes = context.channel.allocator.buffer(string: text + "\r\n")
        if isHead { return context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
        switch reply.ending {
        case .whole:
            bytes.writeBytes(reply.body)
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            if reply.contentLength == nil { context.close(promise: nil) }
        case .stall(let count):
            bytes.writeBytes(reply.body.prefix(count))
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        case .cut(let count):
            bytes.writeBytes(reply.body.prefix(count))
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            context.close(promise: nil)
        case .endless:
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            Self.repeatBody(reply.body, on: context.channel)
        }
    }

    /// Writes again as soon as the last bytes are away, until the other side has gone.
    private static func repeatBody(_ body: [UInt8], on channel: any Channel) {
        channel.writeAndFlush(channel.allocator.buffer(bytes: body)).whenSuccess { repeatBody(body, on: channel) }
    }
}
