public import CoreMetrics

/// Collects metrics and writes them as Prometheus text.
public final class PrometheusRegistry: Sendable {
    public init() {}
}
