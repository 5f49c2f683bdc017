import Foundation
public import Hummingbird
public import Logging
import Observability
import ServiceLifecycle
import UnixSignals

/// Runs an application until SIGTERM or SIGINT; then running requests may end before this returns. A second signal ends
/// the process at once, with 128 and the signal's number as its status, as shells have it.
///
/// - Parameters:
///   - listener: what the application was built with.
///   - patience: how long running requests may take to end; after that their connections are cut.
/// - Throws: what keeps the application from listening, such as an address that is in use.
public func run(
    _ application: some ApplicationProtocol, listener: Listener, patience: Duration, logger: Logger
) async throws {
    OpenFileLimit.raise()
    var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
    configuration.maximumGracefulShutdownDuration = patience
    let group = ServiceGroup(configuration: configuration)
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    // Until the process ends: what follows this function may take a while too.
    Task {
        var isStopping = false
        for await signal in signals {
            if isStopping { end(after: signal) }
            isStopping = true
            logger.info("Stopping", metadata: ["signal": "\(signal)"])
            Task {
                await listener.drain()
                await group.triggerGracefulShutdown()
            }
        }
    }
    try await group.run()
}

private func end(after signal: UnixSignal) -> Never {
    LogWriter.standardError.flush(within: .milliseconds(200))
    _exit(128 + signal.rawValue)
}
