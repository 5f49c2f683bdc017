public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import Pipeline
public import Prometheus

/// The HTTP server as it runs, and as its tests run it: routes, errors, request ids, and the captioner as a service.
///
/// Nothing happens before the application is run. Then it listens, and loads the model in the background.
///
/// - Parameter metrics: what `GET /metrics` answers with, and what requests are counted in.
public func buildApplication(
    _ configuration: ServerConfiguration, captioner: Captioner, metrics: PrometheusRegistry = ServerMetrics.registry(),
    logger: Logger
) -> some ApplicationProtocol {
    let server = CaptionServer(configuration: configuration, captioner: captioner, metrics: metrics)
    let endpoints = server.endpoints + server.webFiles
    let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
    router.add(
        middleware: RequestMetricsMiddleware(
            metrics: RequestMetrics(registry: metrics, routes: Set(endpoints.map(\.path)))))
    router.add(middleware: ProblemMiddleware(methods: Dictionary(grouping: endpoints, by: \.path).mapValues(allowed)))
    for endpoint in endpoints {
        router.on(RouterPath(endpoint.path), method: endpoint.method, use: endpoint.respond)
    }
    let maxBodyBytes = Dictionary(
        endpoints.compactMap { endpoint in endpoint.form.map { (endpoint.path, $0.maxBodyBytes) } },
        uniquingKeysWith: max)
    let channel = HTTP1Channel.Configuration(
        additionalChannelHandlers: [ContinueHandler(maxBodyBytes: maxBodyBytes), DisconnectHandler()],
        idleTimeout: TimeAmount(configuration.idleTimeout))
    return Application(
        router: router, server: .http1(configuration: channel),
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: Release.name),
        services: [CaptionerService(captioner: captioner)], logger: logger)
}

/// The methods that a path answers, `HEAD` with every `GET`.
private func allowed(_ endpoints: [Endpoint]) -> [HTTPRequest.Method] {
    endpoints.flatMap { $0.method == .get ? [.get, .head] : [$0.method] }
}
