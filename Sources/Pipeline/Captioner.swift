public import Imaging
public import Logging

/// Turns pictures into captions: reads them, waits for the model, and runs it, without ever blocking its caller's thread.
///
/// The actor itself only keeps books, so ``state`` answers at once even while the model is busy. Blocking work happens
/// on the threads of ``PictureWorker`` and ``ModelWorker``.
public actor Captioner {
    /// Whether captions can be had.
    public enum State: Sendable, Equatable {
        /// The model is being loaded.
        case loading
        /// Captions can be had.
        case ready(ModelDescription)
        /// The model could not be loaded; the text says why, for the log.
        case failed(String)
    }

    /// What bounds a caption.
    public struct Configuration: Sendable {
        /// What a picture may be.
        public var limits: PictureLimits
        /// How long a caption may take, waiting included.
        public var timeout: Duration
        /// How many pictures are read at the same time.
        public var pictureWorkers: Int

        /// Makes a configuration: 30 seconds and two workers by default.
        public init(
            limits: PictureLimits = PictureLimits(), timeout: Duration = .seconds(30), pictureWorkers: Int = 2
        ) {
            self.limits = limits
            self.timeout = timeout
            self.pictureWorkers = pictureWorkers
        }
    }

    /// Makes the model; called once, on the model's thread. It may block for minutes, and reports its progress in lines.
    public typealias Loader = @Sendable (_ progress: @Sendable (String) -> Void) throws -> any CaptionModel

    /// Whether captions can be had at this moment.
    public private(set) var state: State = .loading

    /// How long ``start()`` took; nil before the model is ready.
    public private(set) var loadDuration: Duration?

    let configuration: Configuration
    private let loader: Loader
    private let logger: Logger
    private let modelWorker = ModelWorker()
    let pictureWorkers: [PictureWorker]
    private let turnstile = Turnstile()
    var nextPictureWorker = 0
    private var loading: Task<Void, Never>?
    private var preparation: PixelPreparation?

    /// Makes a captioner; nothing is loaded before ``start()``.
    public init(configuration: Configuration, logger: Logger, loader: @escaping Loader) {
        self.configuration = configuration
        self.loader = loader
        self.logger = logger
        pictureWorkers = (0..<max(1, configuration.pictureWorkers)).map { _ in PictureWorker() }
    }

    /// Loads the model and warms it up. Returns when that is done or has failed; ``state`` says which.
    ///
    /// Further calls wait for the same load.
    public func start() async {
        let task = loading ?? Task { await load() }
        loading = task
        await task.value
    }

    private func load() async {
        let began = ContinuousClock.now
        do {
            for worker in pictureWorkers { try await worker.start() }
            let loaded = try await modelWorker.load { [loader, logger] in
                try loader { line in logger.info("\(line)") }
            }
            preparation = loaded.preparation
            state = .ready(loaded.description)
            let took = ContinuousClock.now - began
            loadDuration = took
            logger.info(
                "The model is ready",
                metadata: [
                    "model": "\(loaded.description.name)", "device": "\(loaded.description.placement.device)",
                    "precision": "\(loaded.description.placement.precision)",
                    "duration_ms": .stringConvertible(took.inMilliseconds),
                ])
        } catch {
            state = .failed("\(error)")
            logger.error("The model could not be loaded: \(error)")
        }
    }

    /// The caption of the picture in the bytes of a file.
    ///
    /// Suspends until the picture is read, the model is free and the caption is there. Cancelling the task gives the
    /// place in the line back at once, or stops the model; a picture that is being decoded is decoded to its end.
    ///
    /// - Throws: every ``PipelineError/Code`` but `invalidSetting`.
    public func caption(
        _ bytes: [UInt8], options: CaptionOptions = CaptionOptions()
    ) async throws(PipelineError) -> CaptionResult {
        let (description, preparation) = try readyModel()
        try options.validate(within: description.limits)
        let worker = pictureWorkers[nextPictureWorker]
        nextPictureWorker = (nextPictureWorker + 1) % pictureWorkers.count
        let job = CaptionJob(
            bytes: bytes, options: options, limits: configuration.limits, preparation: preparation,
            pictureWorker: worker, modelWorker: modelWorker, turnstile: turnstile)
        do {
            return try await withDeadline(configuration.timeout) { try await job.run() }
        } catch let error as PipelineError {
            throw error
        } catch is CancellationError {
            throw PipelineError(.cancelled, "The request was given up before its caption was there.")
        } catch {
            throw PipelineError(
                .internalFailure, "The caption could not be made. The log says why, under this request's id.",
                cause: error)
        }
    }

    /// Returns where captions can be had at this moment.
    ///
    /// - Throws: `modelLoading` or `modelUnavailable`.
    public func checkReadiness() throws(PipelineError) {
        _ = try readyModel()
    }

    private func readyModel() throws(PipelineError) -> (ModelDescription, PixelPreparation) {
        switch (state, preparation) {
        case (.ready(let description), let preparation?):
            return (description, preparation)
        case (.failed(let reason), _):
            throw PipelineError(
                .modelUnavailable, "The model could not be loaded, so there are no captions. The log says why.",
                cause: PipelineError(.modelUnavailable, reason))
        default:
            throw PipelineError(.modelLoading, "The model is still being loaded. Try again in a few seconds.")
        }
    }
}
