import Hummingbird
import Logging
import Observability
import Recommendation
import Serving

/// What the calls of the HTTP interface share.
struct CaptionServer: Sendable {
    let configuration: ServerConfiguration
    let captioner: Captioner
    /// Nil where the server runs without songs; their calls then say so.
    let songs: SongService?
    let metrics: PrometheusRegistry
    let processMetrics: ProcessMetrics
    let started = ContinuousClock.now

    init(
        configuration: ServerConfiguration, captioner: Captioner, songs: SongService? = nil, metrics: PrometheusRegistry
    ) {
        self.configuration = configuration
        self.captioner = captioner
        self.songs = songs
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
            Endpoint(
                .post, "/songs/match",
                "songs that fit the picture in the form's field image, or a caption or mood in JSON",
                form: configuration.matchForm
            ) {
                try await match($0, $1)
            },
            Endpoint(.get, "/songs", "the songs of the catalogue, by words", query: ["query", "limit", "offset"]) {
                request, context in
                try await searchSongs(request, context)
            },
            Endpoint(.get, "/songs/stats", "what the catalogue holds, in numbers") { _, _ in
                try await songStatistics()
            },
            Endpoint(.get, "/songs/{id}", "one song, and where it can be heard") { _, context in
                try await song(context)
            },
            Endpoint(
                .post, "/songs/import", "takes in a list of songs: CSV, M3U or JSON lines",
                query: ["name"], maxBodyBytes: configuration.maxImportBytes, changesState: true
            ) { request, _ in
                try await importSongs(request)
            },
            Endpoint(.get, "/songs/import/{id}", "how far an import has come, and what was left out") { _, context in
                try await importState(context)
            },
            Endpoint(
                .post, "/songs/playlist", "songs as a playlist: M3U8, CSV or JSPF", maxBodyBytes: JSONBody.mostBytes
            ) { request, context in
                try await playlist(request, context)
            },
            Endpoint(.get, "/openapi.json", "the description of these calls, for programs") { request, _ in
                try webFile("openapi.json", request)
            },
            Endpoint(.get, "/docs", "the description of these calls, to read and to try") { request, _ in
                try docs(request)
            },
        ]
    }

    /// The captioner's state in one word, as `GET /` and `GET /health` give it.
    func status() async -> String {
        switch await captioner.state {
        case .loading: "starting"
        case .ready: "healthy"
        case .failed, .unsound: "degraded"
        }
    }
}
