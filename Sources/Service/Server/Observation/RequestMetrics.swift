import HTTPTypes
import Metrics
import Observability

/// Counts requests: how many, how long, how many at once, and which errors.
struct RequestMetrics: Sendable {
    /// The label of all that a client may invent: paths that are not there, methods that nobody knows.
    static let other = "other"

    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options, .connect, .trace,
    ]

    private let registry: PrometheusRegistry
    private let inFlight: Meter
    private let routes: Set<String>

    /// Counts into a registry.
    ///
    /// - Parameter routes: the paths of all calls; no other becomes a label.
    init(registry: PrometheusRegistry, routes: Set<String>) {
        self.registry = registry
        self.routes = routes
        inFlight = Meter(label: "image_to_song_http_requests_in_flight", factory: registry)
        inFlight.set(0)
    }

    /// The route of a request: what the router matched, or the call whose path this is although it has no such method.
    func route(of path: String, matched: String?) -> String {
        if let matched, routes.contains(matched) { return matched }
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return routes.contains(path) ? path : Self.other
    }

    /// Notes that a request has begun.
    func began() {
        inFlight.increment()
    }

    /// Notes that a request has ended.
    func ended(_ entry: AccessEntry) {
        inFlight.decrement()
        count(entry)
    }

    /// Notes that a connection's guard has refused a request, of which nobody had noted that it began.
    func refused(_ entry: AccessEntry) {
        count(entry)
    }

    private func count(_ entry: AccessEntry) {
        let dimensions = [
            ("route", entry.route),
            ("method", entry.method.flatMap { Self.methods.contains($0) ? $0.rawValue : nil } ?? Self.other),
            ("status", "\(entry.status.code)"),
        ]
        Counter(label: "image_to_song_http_requests_total", dimensions: dimensions, factory: registry).increment()
        Timer(label: "image_to_song_http_request_duration_seconds", dimensions: dimensions, factory: registry)
            .record(duration: entry.duration)
        if let code = entry.facts.code {
            Counter(label: "image_to_song_errors_total", dimensions: [("code", code)], factory: registry).increment()
        }
    }
}
