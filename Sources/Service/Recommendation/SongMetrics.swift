import CoreMetrics
public import Metrics
import MusicServices
import Songs

/// What the songs count and measure.
public struct SongMetrics: Sendable {
    private static let prefix = "image_to_song_"
    private let factory: any MetricsFactory

    /// Makes metrics that `factory` collects.
    public init(_ factory: any MetricsFactory = NOOPMetricsHandler.instance) {
        self.factory = factory
    }

    /// How many songs can be chosen from.
    func songs(_ count: Int) {
        Gauge(label: Self.prefix + "songs", factory: factory).record(count)
    }

    /// How long mood and ranking took, the caption and the links not counted.
    func matched(in duration: Duration) {
        Metrics.Timer(label: Self.prefix + "song_match_seconds", factory: factory).record(duration: duration)
    }

    func embedded(_ count: Int) {
        Counter(label: Self.prefix + "songs_embedded_total", factory: factory).increment(by: count)
    }

    func imported(_ state: ImportJob.State) {
        let report = state.report
        count("song_imports_total", "status", state.status.rawValue, by: 1)
        // Rows of an import that did not come to its end are not in the catalogue.
        guard state.status == .done else { return }
        for (result, rows) in [
            ("added", report.added), ("updated", report.updated), ("unchanged", report.unchanged),
            ("rejected", report.rejected),
        ] {
            count("song_import_rows_total", "result", result, by: rows)
        }
    }

    func lookedUp(_ outcome: SpotifyOutcome) {
        count("spotify_lookups_total", "result", outcome.rawValue, by: 1)
    }

    private func count(_ name: String, _ label: String, _ value: String, by amount: Int) {
        Counter(label: Self.prefix + name, dimensions: [(label, value)], factory: factory).increment(by: amount)
    }
}
