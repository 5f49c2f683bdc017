import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers `Expect: 100-continue` (RFC 9110 §10.1.1), so that curl sends a large picture at once, not after a second.
///
/// A body that is announced as too large gets no such answer: its client then waits for the refusal and sends nothing.
final class ContinueHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let maxBodyBytes: [String: Int]
    private var openRequests = 0

    /// Makes a handler for one connection, from the most bytes that a body may have by the path that takes it.
    init(maxBodyBytes: [String: Int]) {
        self.maxBodyBytes = maxBodyBytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) {
            openRequests += 1
            // While an earlier answer is on its way, this one would be taken for a part of it.
            if openRequests == 1, head.headerFields[.expect]?.lowercased() == "100-continue", isWelcome(head) {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { openRequests -= 1 }
        context.write(data, promise: promise)
    }

    private func isWelcome(_ head: HTTPRequest) -> Bool {
        guard let length = head.headerFields[.contentLength].flatMap({ Int($0) }) else { return true }
        var path = (head.path ?? "/").prefix { $0 != "?" }
        if path.hasSuffix("/") { path.removeLast() }  // as the router reads it
        return length <= maxBodyBytes[String(path)] ?? 0
    }
}
