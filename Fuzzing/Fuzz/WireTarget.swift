import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Prometheus

@testable import Server

private let logger = Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })
private let setup = GuardedChannel(
    responder: { _, _, _ in }, limits: ConnectionLimits(), register: ConnectionRegister(limit: 4),
    bodyLimit: { _ in 1000 }, metrics: RequestMetrics(registry: PrometheusRegistry(), routes: []))

/// Whatever comes over the wire, every request has an answer and no more than one, and time ends every connection.
///
/// The first byte is the length of the pieces; an odd one has requests answered with their heads, an even one at their
/// ends.
func wireTarget(_ input: [UInt8]) -> CInt {
    guard let first = input.first else { return 0 }
    let channel = EmbeddedChannel()
    do {
        try setup.addHandlers(to: channel.pipeline.syncOperations, logger: logger)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    } catch {
        preconditionFailure("\(error)")
    }
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
    precondition(!channel.isActive)
    _ = try? channel.finish(acceptAlreadyClosed: true)
    return 0
}

/// Answers what has been read of requests.
private func serve(_ channel: EmbeddedChannel, early: Bool) {
    while let part = try? channel.readInbound(as: HTTPRequestPart.self) {
        switch part {
        case .head where early: answer(channel)
        case .end where !early: answer(channel)
        default: break
        }
    }
}

private func answer(_ channel: EmbeddedChannel) {
    _ = try? channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
    _ = try? channel.writeOutbound(HTTPResponsePart.end(nil))
}
