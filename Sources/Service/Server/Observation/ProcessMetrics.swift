import Metrics
import Observability
import Synchronization

/// Brings what the system knows of this process into a registry, each time it is read.
final class ProcessMetrics: Sendable {
    private let registry: PrometheusRegistry
    /// The processor time that the counter has by now.
    private let counted = Mutex(0.0)
    /// How many lost log lines the counter has by now.
    private let countedLines = Mutex(0)

    init(registry: PrometheusRegistry) {
        self.registry = registry
    }

    /// Reads what the log has lost, and `/proc`, of which nothing is recorded where there is none.
    func update() {
        let lost = countedLines.withLock { counted in
            let lost = LogWriter.standardError.droppedLines - counted
            counted += lost
            return lost
        }
        Counter(label: "image_to_song_log_lines_dropped_total", factory: registry).increment(by: lost)
        if let files = ProcessStatus.openFiles { Gauge(label: "process_open_fds", factory: registry).record(files) }
        Gauge(label: "process_max_fds", factory: registry).record(OpenFileLimit.present)
        guard let status = ProcessStatus() else { return }
        Gauge(label: "process_resident_memory_bytes", factory: registry).record(status.residentBytes)
        Gauge(label: "process_start_time_seconds", factory: registry).record(status.startTime)
        let more = counted.withLock { counted in
            let more = status.processorSeconds - counted
            counted = max(counted, status.processorSeconds)
            return more
        }
        FloatingPointCounter(label: "process_cpu_seconds_total", factory: registry).increment(by: more)
    }
}
