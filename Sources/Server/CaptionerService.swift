import Pipeline
import ServiceLifecycle

/// Starts the captioner in the background, so that the server answers while the model is loading.
struct CaptionerService: Service {
    let captioner: Captioner

    func run() async throws {
        // Not a child task: loading may block for minutes, and a shutdown must not wait for it.
        Task { await captioner.start() }
        try? await gracefulShutdown()
    }
}
