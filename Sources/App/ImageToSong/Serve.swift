import ArgumentParser
import Console
import Devices
import Foundation
import Hub
import Logging
import MusicServices
import NIOCore
import Observability
import Recommendation
import Server
import Serving
import Settings

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves captions and songs over HTTP.",
        discussion: """
            Settings come from the environment, then from .env, then from the defaults; .env.example lists them, and \
            --print-settings shows their current values. After SIGTERM or SIGINT the running requests finish and the \
            process exits with status 0; a second signal ends it at once, with status 143 or 130. Logs are JSON lines \
            on standard error.
            """)

    @Flag(help: "Print every setting with its value and where that comes from, then exit.")
    var printSettings = false

    func run() async throws {
        let loaded = try LoadedSettings.load()
        let settings = loaded.settings
        if printSettings {
            for warning in loaded.warnings { complain("image-to-song: \(warning)") }
            return print(loaded.table, terminator: "")
        }
        // A folder that is not there at all stops the start. A model on the Hub is fetched while the server answers; one
        // that cannot be loaded leaves it answering 503.
        if case .hub = try ModelSource(settings.modelID) {
            _ = try Hub.here(modelCache: URL(fileURLWithPath: settings.modelCacheDirectory))
        }
        let level = settings.isDebug ? min(settings.logLevel, .debug) : settings.logLevel
        LoggingSystem.bootstrap { _ in JSONLogHandler(level: level) }
        let logger = Logger(label: Release.name)
        for warning in loaded.warnings { logger.warning("\(warning)") }
        let metrics = ServerMetrics.registry()
        let captionMetrics = CaptionMetrics(metrics)
        let captioner = Captioner(
            configuration: Captioner.Configuration(settings),
            cache: CaptionCache(settings, metrics: captionMetrics, logger: logger),
            metrics: captionMetrics, logger: logger,
            loader: Self.loader(
                settings, device: settings.devicePreference(asked: loaded.isInEnvironment("USE_GPU"))
            ) {
                logger.log(level: $0.isWarning ? .warning : .info, "\($0.text)")
            })
        let songMetrics = SongMetrics(metrics)
        let songs = SongService(
            SongService.Sources(settings, metrics: songMetrics, logger: logger), metrics: songMetrics, logger: logger)
        let listener = Listener()
        let application = buildApplication(
            ServerConfiguration(settings), captioner: captioner, songs: songs, listener: listener, metrics: metrics,
            logger: logger)
        do {
            try await Server.run(
                application, listener: listener, patience: settings.requestTimeout + .seconds(5), logger: logger)
        } catch {
            LogWriter.standardError.flush(within: .seconds(1))
            complain("image-to-song: \(Self.reason(error, settings))")
            _exit(1)
        }
        await songs.close()
        await captioner.close()
        logger.info("Stopped")
        LogWriter.standardError.flush(within: .seconds(1))
        // Neither here nor above a return: a thread that still loads a model would outlive what the C library tears
        // down at exit.
        _exit(0)
    }

    /// Why the server does not listen, or does not any more, in a sentence.
    private static func reason(_ error: any Error, _ settings: Settings) -> String {
        let (host, port) = (settings.host, settings.port)
        if error is SocketAddressError.UnknownHost {
            return "HOST is \(host), which is no address. Set it to one of this machine, or to 0.0.0.0 for all of them."
        }
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            return "The address \(host):\(port) is in use. Stop what listens there, or set PORT to another."
        case EADDRNOTAVAIL:
            return "HOST is \(host), which is no address of this machine. Set it to one, or to 0.0.0.0 for all of them."
        case EACCES:
            return "This user may not listen on port \(port). Set PORT to 1024 or more."
        default:
            return "The server stopped: \(error)"
        }
    }
}
