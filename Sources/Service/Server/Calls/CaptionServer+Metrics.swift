import Concurrency
import Hummingbird
import Metrics
import NIOCore
import Observability
import Serving
import Settings

extension CaptionServer {
    /// All metrics as Prometheus reads them; those that are states are taken now.
    func prometheusText() async -> Response {
        processMetrics.update()
        let isReady = if case .ready = await captioner.state { 1 } else { 0 }
        Gauge(label: "image_to_song_model_loaded", factory: metrics).record(isReady)
        // The captioner records it at each change; of two at once the older may have come last.
        Gauge(label: "image_to_song_queue_length", factory: metrics).record(await captioner.queueLength)
        if let took = await captioner.loadDuration {
            Gauge(label: "image_to_song_model_load_seconds", factory: metrics).record(took.inSeconds)
        }
        Gauge(label: "image_to_song_build_info", dimensions: [("version", Release.version)], factory: metrics).record(1)
        let body = ByteBuffer(string: metrics.text())
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; version=0.0.4; charset=utf-8", .contentLength: "\(body.readableBytes)",
            ],
            body: ResponseBody(byteBuffer: body))
    }
}
