import Hummingbird
import Logging
import Pipeline
import Prometheus

/// What the calls of the HTTP interface share.
struct CaptionServer: Sendable {
    let configuration: ServerConfiguration
    let captioner: Captioner
    let metrics: PrometheusRegistry
    let processMetrics: ProcessMetrics
    let started = ContinuousClock.now

    init(configuration: ServerConfiguration, captioner: Captioner, metrics: PrometheusRegistry) {
        self.configuration = configuration
        self.captioner = captioner
        self.metrics = metrics
        processMetrics = ProcessMetrics(registry: metrics)
    }

    /// Every call there is: the router, `GET /` and the answers 404 and 405 are made from this list.
    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/", "what this is and which calls there are; for a browser, the page") { request, _ in
                try await index(request)
            },
            Endpoint(.get, "/health", "whether captions can be had: 200 or 503") { _, _ in try await health() },
            Endpoint(.get, "/health/live", "200 as long as the process answers") { _, _ in try liveness() },
            Endpoint(.get, "/metrics", "counts and times as Prometheus reads them") { _, _ in await prometheusText() },
            Endpoint(.get, "/model/info", "which model is loaded, where, and its limits") { _, _ in try await model() },
            Endpoint(
                .post, "/caption/generate", "a caption of the picture in the form's field image",
                form: configuration.captionForm
            ) {
                try await caption($0, $1)
            },
            Endpoint(
                .post, "/caption/stream", "the same caption word by word, as server-sent events",
                form: configuration.captionForm
            ) {
                try await streamCaption($0, $1)
            },
            Endpoint(
                .post, "/caption/batch", "captions of all pictures in the form's fields images",
                form: configuration.batchForm
            ) {
                try await captionBatch($0, $1)
            },
            Endpoint(
                .post, "/image/process",
                "the dominant colours of the picture in the form's field image, and a small JPEG",
                form: configuration.processForm
            ) {
                try await process($0, $1)
            },
            Endpoint(.get, "/openapi.json", "the description of these calls, for programs") { request, _ in
                try webFile("openapi.json", request)
            },
            Endpoint(.get, "/docs", "the description of these calls, to read and to try") { request, _ in
                try webFile("docs.html", request)
            },
        ]
    }

    /// The captioner's state in one word, as `GET /` and `GET /health` give it.
    func status() async -> String {
        switch await captioner.state {
        case .loading: "starting"
        case .ready: "healthy"
        case .failed: "degraded"
        }
    }
}
