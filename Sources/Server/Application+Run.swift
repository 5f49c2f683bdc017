public import Hummingbird
public import Logging
import ServiceLifecycle
import UnixSignals

/// Runs an application until SIGTERM or SIGINT; then running requests may end before this returns.
///
/// - Parameter patience: how long they may take; after that their connections are cut.
/// - Throws: what keeps the application from listening, such as an address that is in use.
public func run(_ application: some ApplicationProtocol, patience: Duration, logger: Logger) async throws {
    OpenFileLimit.raise()
    var configuration = ServiceGroupConfiguration(
        services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = patience
    try await ServiceGroup(configuration: configuration).run()
}
