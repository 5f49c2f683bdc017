public import Hummingbird
import HummingbirdCore
public import Logging
public import Observability
public import Recommendation
public import Serving
import Settings

/// The HTTP server as it runs, and as its tests run it: routes, errors, request ids, and the captioner as a service.
///
/// Nothing happens before the application is run. Then it listens, and loads the model in the background.
///
/// - Parameters:
///   - songs: answers the calls about songs; nil leaves them without an answer.
///   - listener: is told of the socket that the server listens on; whoever runs the application stops it through this.
///   - metrics: what `GET /metrics` answers with, and what requests are counted in.
public func buildApplication(
    _ configuration: ServerConfiguration, captioner: Captioner, songs: SongService? = nil,
    listener: Listener = Listener(), metrics: PrometheusRegistry = ServerMetrics.registry(),
    logger: Logger
) -> some ApplicationProtocol {
    let server = CaptionServer(configuration: configuration, captioner: captioner, songs: songs, metrics: metrics)
    let endpoints = server.endpoints + server.webFiles
    let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
    let requestMetrics = RequestMetrics(registry: metrics, routes: Set(endpoints.map(\.path)))
    router.add(middleware: RequestMetricsMiddleware(metrics: requestMetrics))
    router.add(middleware: RequestIDMiddleware())
    router.add(middleware: SecurityHeadersMiddleware())
    let origins = AllowedOrigins(configuration.corsOrigins)
    router.add(middleware: CrossOriginMiddleware(origins: origins))
    router.add(middleware: ProblemMiddleware(methods: Dictionary(grouping: endpoints, by: \.path).mapValues(allowed)))
    let machine = MachineNames()
    router.add(middleware: HostMiddleware(hosts: AllowedHosts(configuration.allowedHosts, machine: machine)))
    let limiter = RateLimiter(perMinute: configuration.rateLimit)
    router.add(
        middleware: APIKeyMiddleware(
            keys: APIKeys(configuration.apiKeys), openPaths: Set(endpoints.filter(\.isOpen).map(\.path)),
            limiter: limiter))
    if let limiter { router.add(middleware: RateLimitMiddleware(limiter: limiter)) }
    router.add(
        middleware: OriginMiddleware(
            origins: origins, changingPaths: Set(endpoints.filter(\.changesState).map(\.path))))
    for endpoint in endpoints {
        router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
            try await endpoint.answer(request, context, isStrict: configuration.refusesUnknownFields)
        }
    }
    let bodyLimits = Dictionary(
        endpoints.filter { $0.maxBodyBytes > 0 }.map { ($0.path, $0.maxBodyBytes) },
        uniquingKeysWith: max)
    let register = ConnectionRegister(limit: configuration.connections.connections)
    let channel = HTTPServerBuilder { responder in
        GuardedChannel(
            responder: responder, limits: configuration.connections, register: register,
            bodyLimit: { target in
                var path = target.prefix { $0 != "?" }
                if path.hasSuffix("/") { path.removeLast() }  // as the router reads it
                return bodyLimits[String(path)] ?? 0
            }, metrics: requestMetrics)
    }
    return Application(
        router: router, server: channel,
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port), serverName: Release.name),
        services: [CaptionerService(captioner: captioner, songs: songs, machine: machine)],
        onServerRunning: { listener.opened($0, register: register) }, logger: logger)
}

/// The methods that a path answers, `HEAD` with every `GET`.
private func allowed(_ endpoints: [Endpoint]) -> [HTTPRequest.Method] {
    endpoints.flatMap { $0.method == .get ? [.get, .head] : [$0.method] }
}
