import NIOCore

/// Reports bytes to the guard before they are decoded. Bytes of an incomplete head are seen nowhere else.
final class ByteMeter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connectionGuard: ConnectionGuard

    /// Makes a meter for the guard of the same connection.
    init(reportingTo connectionGuard: ConnectionGuard) {
        self.connectionGuard = connectionGuard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connectionGuard.received(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }
}
