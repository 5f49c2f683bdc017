/// Every metric that this program records: its name, what it means, and where its buckets end.
///
/// docs/metrics.md, the dashboard and the alert rules are held to this table by tests.
public enum ServerMetrics {
    /// A registry that knows the whole ``table``.
    public static func registry() -> PrometheusRegistry { PrometheusRegistry(table) }

    /// All metrics.
    public static let table = requests + captions + songs + model + process

    /// What `RequestMetrics` records.
    private static let requests = [
        MetricDescription(
            "image_to_song_http_requests_total", .counter, unit: "requests", labels: ["route", "method", "status"],
            help: "Requests answered, by route (other for paths that are not there), method and status."),
        MetricDescription(
            "image_to_song_http_request_duration_seconds", .histogram, unit: "seconds",
            labels: ["route", "method", "status"],
            help: "From a request's head to its answer, upload included; for an answer in pieces, to its last piece."),
        MetricDescription(
            "image_to_song_http_requests_in_flight", .gauge, unit: "requests",
            help: "Requests that are being answered at this moment, this scrape included."),
        MetricDescription(
            "image_to_song_errors_total", .counter, unit: "requests", labels: ["code"],
            help: "Requests that were refused or failed, by the code in their problem document."),
    ]

    /// What the captioner records.
    private static let captions = [
        MetricDescription(
            "image_to_song_caption_stage_seconds", .histogram, unit: "seconds", labels: ["stage"],
            buckets: [0.0005] + MetricDescription.defaultBuckets,
            help: "How long each stage of a caption took: decode, preprocess, vision, qformer, prefill and decoder; "
                + "queue_wait is waiting for the model, total is all of it."),
        MetricDescription(
            "image_to_song_batch_size", .histogram, unit: "pictures",
            buckets: [1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256],
            help: "How many pictures went through the model together."),
        MetricDescription(
            "image_to_song_tokens_total", .counter, unit: "tokens", help: "Tokens that the model generated."),
        MetricDescription(
            "image_to_song_captions_total", .counter, unit: "captions", help: "Captions that the model made."),
        MetricDescription(
            "image_to_song_cache_requests_total", .counter, unit: "pictures", labels: ["result"],
            help:
                "Pictures looked up in the caption cache: found in memory, found on disk, miss, shared with a request "
                + "that was computing the same, or bypassed at the client's request."),
        MetricDescription(
            "image_to_song_cache_faults_total", .counter, unit: "captions", labels: ["fault"],
            help:
                "What went wrong with the captions on disk: slow_lookup, a lookup that did not come back in time and counts "
                + "as a miss; damaged_row, a row that was not what had been written; dropped, a caption that was not written."
        ),
        MetricDescription(
            "image_to_song_queue_length", .gauge, unit: "pictures", help: "Pictures that wait for the model."),
        MetricDescription(
            "image_to_song_captions_in_flight", .gauge, unit: "pictures",
            help: "Pictures whose captions are being made."),
    ]

    /// What the songs record.
    private static let songs = [
        MetricDescription("image_to_song_songs", .gauge, unit: "songs", help: "Songs that can be chosen from."),
        MetricDescription(
            "image_to_song_song_match_seconds", .histogram, unit: "seconds",
            buckets: [0.0005] + MetricDescription.defaultBuckets,
            help: "How long mood and ranking took for a query; the caption and the links are not counted."),
        MetricDescription(
            "image_to_song_songs_embedded_total", .counter, unit: "songs",
            help: "Songs that the embedding model has read."),
        MetricDescription(
            "image_to_song_song_imports_total", .counter, unit: "imports", labels: ["status"],
            help: "Imports that ended: done, failed or cancelled."),
        MetricDescription(
            "image_to_song_song_import_rows_total", .counter, unit: "rows", labels: ["result"],
            help: "Rows of imports that were done: added, updated, unchanged or rejected."),
        MetricDescription(
            "image_to_song_spotify_lookups_total", .counter, unit: "songs", labels: ["result"],
            help: "Tracks looked up at Spotify: found, not_found, limited, refused, failed or skipped."),
    ]

    /// What is known of the model, and of the program.
    private static let model = [
        MetricDescription(
            "image_to_song_log_lines_dropped_total", .counter, unit: "lines",
            help: "Log lines that were dropped because nobody read them in time, or nothing took them."),
        MetricDescription(
            "image_to_song_model_loaded", .gauge, help: "1 when captions can be had, else 0."),
        MetricDescription(
            "image_to_song_model_load_seconds", .gauge, unit: "seconds",
            help: "How long loading and warming up the model took; not there before it is loaded."),
        MetricDescription(
            "image_to_song_model_proofs_total", .counter, unit: "proofs", labels: ["result"],
            help:
                "How often the model's files were hashed, or its answer compared with an earlier one: sound or unsound."
        ),
        MetricDescription(
            "image_to_song_build_info", .gauge, labels: ["version"], help: "Always 1; the label says what is running."),
    ]

    /// What `ProcessMetrics` reads, under the names that Prometheus' own client libraries use.
    private static let process = [
        MetricDescription(
            "process_resident_memory_bytes", .gauge, unit: "bytes", help: "Memory of this process that is in RAM."),
        MetricDescription(
            "process_cpu_seconds_total", .counter, unit: "seconds",
            help: "Processor time of this process, in user and system mode."),
        MetricDescription(
            "process_start_time_seconds", .gauge, unit: "seconds",
            help: "When this process began, in seconds since 1970 began."),
        MetricDescription(
            "process_open_fds", .gauge, unit: "files", help: "Files and sockets that this process has open."),
        MetricDescription("process_max_fds", .gauge, unit: "files", help: "Files and sockets that it may have open."),
    ]
}
