import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Sets an accepted connection up: HTTP/1 with a ``ConnectionGuard`` between the wire and Hummingbird.
struct GuardedChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let limits: ConnectionLimits
    var register: ConnectionRegister
    let bodyLimit: ConnectionGuard.BodyLimit
    let metrics: RequestMetrics

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try addHandlers(to: channel.pipeline.syncOperations, logger: logger)
            register.isUnattended(channel)
            let value = try Value(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            // A connection that comes while the server stops is handed to nobody, and a writer that goes before its channel
            // is closed ends the process.
            channel.closeFuture.whenComplete { _ in withExtendedLifetime(value) {} }
            return value
        }
    }

    /// The handlers between the wire and the requests.
    func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations, logger: Logger) throws {
        let connectionGuard = ConnectionGuard(
            limits: limits, register: register, bodyLimit: bodyLimit, metrics: metrics, logger: logger)
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headerFieldBytes
        decoding.maxHeaderListSize = limits.headerBytes
        decoding.maxHeaderFieldCount = limits.headerFields
        try pipeline.addHandler(ByteMeter(reportingTo: connectionGuard))
        // Requests that come while others are answered wait in the NIOAsyncChannel, and the types of the fields rule
        // out what could break a header.
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoding)
        try pipeline.addHandler(connectionGuard)
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(DisconnectHandler())
    }

    func handle(value: Value, logger: Logger) async {
        register.isAttended(value.channel)
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
