import Captioning
import CoreMetrics
public import Metrics

/// What serving captions counts and measures.
public struct CaptionMetrics: Sendable {
    /// Where an answer came from.
    enum Source {
        /// The tier of the cache with this name had it.
        case hit(String)
        case miss
        /// Another request was generating the same caption.
        case shared
        case bypassed

        var name: String {
            switch self {
            case .hit(let tier): tier
            case .miss: "miss"
            case .shared: "shared"
            case .bypassed: "bypassed"
            }
        }
    }

    /// What goes wrong with the captions on disk.
    enum CacheFault: String {
        /// A lookup did not come back in time, and counts as a miss.
        case slowLookup = "slow_lookup"
        /// A row was not what had been written.
        case damagedRow = "damaged_row"
        /// A caption was not written.
        case dropped
    }

    private static let prefix = "image_to_song_"
    private let factory: any MetricsFactory

    /// Makes metrics that `factory` collects.
    public init(_ factory: any MetricsFactory = NOOPMetricsHandler.instance) {
        self.factory = factory
    }

    func queueLength(_ count: Int) {
        Gauge(label: Self.prefix + "queue_length", factory: factory).record(count)
    }

    func inFlight(_ count: Int) {
        Gauge(label: Self.prefix + "captions_in_flight", factory: factory).record(count)
    }

    /// How many pictures were in the model after some had joined.
    func batchSize(_ count: Int) {
        Recorder(label: Self.prefix + "batch_size", factory: factory).record(count)
    }

    func cacheRequest(_ source: Source) {
        Counter(
            label: Self.prefix + "cache_requests_total", dimensions: [("result", source.name)], factory: factory
        ).increment()
    }

    /// The result of hashing the model's files, or of comparing its answer with an earlier one.
    func modelProof(isSound: Bool) {
        Counter(
            label: Self.prefix + "model_proofs_total", dimensions: [("result", isSound ? "sound" : "unsound")],
            factory: factory
        ).increment()
    }

    func cacheFault(_ fault: CacheFault, count: Int = 1) {
        Counter(
            label: Self.prefix + "cache_faults_total", dimensions: [("fault", fault.rawValue)], factory: factory
        ).increment(by: count)
    }

    /// Records the timings of a caption that was generated, not taken from the cache.
    func captioned(_ result: CaptionResult) {
        Counter(label: Self.prefix + "captions_total", factory: factory).increment()
        Counter(label: Self.prefix + "tokens_total", factory: factory).increment(by: result.tokenCount)
        let timings = result.timings
        // The model's "decode" is the decoder's; here that name is the picture's.
        let stages = timings.generation.stages.map { ($0.name == "decode" ? "decoder" : $0.name, $0.duration) }
        let around = [
            ("decode", timings.decode), ("preprocess", timings.preprocess), ("queue_wait", timings.waiting),
        ]
        for (stage, duration) in around + stages + [("total", timings.total)] {
            Metrics.Timer(
                label: Self.prefix + "caption_stage_seconds", dimensions: [("stage", stage)], factory: factory
            ).record(duration: duration)
        }
    }
}
