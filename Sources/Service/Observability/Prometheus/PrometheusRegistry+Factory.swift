public import CoreMetrics

extension PrometheusRegistry: MetricsFactory {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram where values are to be aggregated, else a gauge.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { histogram(label, dimensions, suffix: "") } else { gauge(label, dimensions) }
    }

    /// A histogram in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, suffix: "_seconds")
    }

    // A series outlives those who record it: others may share it, and Prometheus would take its return for a restart.

    public func destroyCounter(_ handler: any CounterHandler) {}

    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}

    public func destroyMeter(_ handler: any MeterHandler) {}

    public func destroyRecorder(_ handler: any RecorderHandler) {}

    public func destroyTimer(_ handler: any TimerHandler) {}
}
