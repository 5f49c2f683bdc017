import Recommendation
import ServiceLifecycle
import Serving

/// Starts the captioner and opens the songs in the background, so that the server answers meanwhile.
struct CaptionerService: Service {
    let captioner: Captioner
    let songs: SongService?
    let machine: MachineNames

    func run() async throws {
        // Not a child task: loading may block for minutes, and a shutdown must not wait for it.
        Task { await captioner.start() }
        Task { await songs?.open() }
        machine.findFullName()
        try? await gracefulShutdown()
    }
}
