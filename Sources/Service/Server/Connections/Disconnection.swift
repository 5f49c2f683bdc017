import NIOCore
import Synchronization

/// Whether the client of a connection has gone.
final class Disconnection: Sendable {
    private struct State {
        var hasHappened = false
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Notes that the client has gone.
    func happen() {
        let action = state.withLock { state in
            state.hasHappened = true
            return state.action
        }
        action?()
    }

    /// Sets what happens when the client goes, at once where it has gone already; nil for nothing.
    func onHappening(_ action: (@Sendable () -> Void)?) {
        let isLate = state.withLock { state in
            state.action = action
            return state.hasHappened
        }
        if isLate { action?() }
    }
}

/// Notices when the client closes its side of a connection. One that only stops sending cannot be told from one that has
/// gone, and is taken for gone.
final class DisconnectHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    let disconnection = Disconnection()

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { disconnection.happen() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        disconnection.happen()
        context.fireChannelInactive()
    }
}

extension Disconnection {
    /// Whether the client behind `channel` has gone; nil without a ``DisconnectHandler`` in the channel's pipeline, as in
    /// tests that have no connection.
    static func of(_ channel: any Channel) async -> Disconnection? {
        try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: DisconnectHandler.self).disconnection
        }.get()
    }
}

/// The result of `work`, which is cancelled when the client behind `channel` goes.
///
/// Where there is no connection, as in some tests, `work` just runs.
func cancelledByDisconnection<Value: Sendable>(
    of channel: any Channel, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let disconnection = await Disconnection.of(channel)
    let task = Task(operation: work)
    disconnection?.onHappening { task.cancel() }
    defer { disconnection?.onHappening(nil) }
    return try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}
