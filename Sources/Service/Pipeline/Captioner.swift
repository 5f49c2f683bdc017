public import Captioning
public import Imaging
public import Logging

/// Turns pictures into captions: remembers those it has made, reads the others, and lets them join those that are in the
/// model, without ever blocking its caller's thread.
///
/// The actor itself only keeps books, so ``state`` answers at once even while the model is busy. Blocking work happens
/// on threads of its own.
public actor Captioner {
    /// Whether captions can be had.
    public enum State: Sendable, Equatable {
        /// The model is being loaded.
        case loading
        /// Captions can be had.
        case ready(ModelDescription)
        /// The model could not be loaded; the text says why, for the log.
        case failed(String)
        /// The model was loaded, and is not what it was when it was compiled; the text says why, for the log.
        case unsound(String)
    }

    /// What bounds a caption.
    public struct Configuration: Sendable {
        /// What a picture may be. ``Imaging/PictureLimits/maximumMemory`` is what all together take that are decoded at a time.
        public var limits = PictureLimits()
        /// Whose rules pictures are read by before the model sees them.
        public var pictureRules = PictureRules.display
        /// How long a caption may take, waiting included.
        public var timeout = Duration.seconds(30)
        /// How many pictures are read at the same time.
        public var pictureWorkers = 2
        /// How many pictures go through the model together.
        public var maxBatchSize = 4
        /// How many pictures may wait; one more is refused.
        public var maxQueue = 64

        /// How long a large picture may wait for its turn and be decoded: half of the time, so that the model has the rest.
        var decodingPatience: Duration { timeout / 2 }

        /// Makes the defaults.
        public init() {}
    }

    /// A caption that is being made, and those who follow it.
    private struct Making {
        let work: SharedWork<CaptionResult>
        let listeners: CaptionListeners
    }

    /// What one caller has of a caption that is being made.
    private struct Seat {
        let making: Making
        /// The place among those who wait.
        let place: Int
        let listenerID: Int?
    }

    /// Makes the model; called once, on the model's thread. It may block for minutes, and reports its progress in lines.
    public typealias Loader = @Sendable (_ progress: @escaping @Sendable (String) -> Void) throws -> any CaptionModel

    /// Whether captions can be had at this moment.
    public private(set) var state: State = .loading

    /// How long ``start()`` took; nil before the model is ready.
    public private(set) var loadDuration: Duration?

    let configuration: Configuration
    let pictures: PictureWorkers
    let metrics: CaptionMetrics
    let cache: CaptionCache?
    private let loader: Loader
    private let logger: Logger
    private let model: ModelWorker
    private var loading: Task<Void, Never>?
    private var preparation: PixelPreparation?
    /// Watches over the model's files, where it has some.
    private var proof: ModelProof?
    private var files: (any ModelFiles)?
    /// What is being captioned, for those who ask for the same.
    private var underWay: [CaptionKey: Making] = [:]
    private var inFlight = 0
    private var nextID: CaptionInput.ID = 0
    /// The colours of the pictures that came last.
    var palettes = RecentPalettes()
    /// A running mean of the time that the model takes for a caption.
    private var meanGeneration = Duration.zero

    /// Makes a captioner; nothing is loaded before ``start()``.
    ///
    /// - Parameters:
    ///   - cache: remembers captions; nil for nothing.
    ///   - metrics: collects what is counted and measured.
    public init(
        configuration: Configuration, cache: CaptionCache? = nil, metrics: CaptionMetrics = CaptionMetrics(),
        logger: Logger, loader: @escaping Loader
    ) {
        self.configuration = configuration
        self.cache = cache
        self.metrics = metrics
        self.loader = loader
        self.logger = logger
        model = ModelWorker(maxBatchSize: configuration.maxBatchSize, metrics: metrics)
        pictures = PictureWorkers(count: configuration.pictureWorkers, memory: configuration.limits.maximumMemory)
    }

    /// Loads the model and warms it up. Returns when that is done or has failed; ``state`` says which.
    ///
    /// Further calls wait for the same load.
    public func start() async {
        let task = loading ?? Task { await load() }
        loading = task
        await task.value
    }

    /// Writes down what is remembered. Nothing is remembered on disk after that.
    public func close() async {
        await cache?.close()
    }

    private func load() async {
        let began = ContinuousClock.now
        metrics.queueLength(0)
        metrics.inFlight(0)
        do {
            try await pictures.start()
            async let opened: Void? = cache?.open()
            let loaded = try await loadModel()
            _ = await opened
            preparation = loaded.preparation
            preparation?.rules = configuration.pictureRules
            files = loaded.files
            proof = loaded.files.map(ModelProof.init)
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
            if proof != nil {
                cache?.hold()
                Task { try? await prove(isGentle: true) }
            }
        } catch {
            state = .failed("\(error)")
            logger.error("The model could not be loaded: \(error)")
        }
    }

    /// Loads the model. One that is found damaged meanwhile is compiled anew at once, and loaded again.
    private func loadModel() async throws -> ModelWorker.Loaded {
        let load: @Sendable () async throws -> ModelWorker.Loaded = { [loader, logger, model] in
            try await model.load { [weak self] error in
                Task { await self?.doubt(error) }
            } _: {
                try loader { line in logger.info("\(line)") }
            }
        }
        do {
            return try await load()
        } catch let error as CaptionError where error.code == .damagedModel {
            logger.error("The compiled model is damaged and is compiled anew: \(error)")
            return try await load()
        }
    }

    // MARK: Whether the model is sound

    /// What clients are told of a model that is not.
    static let unsoundModel =
        "The model is damaged, or computes something else than it should, so there are no captions. The log says what is wrong; "
        + "a restart compiles the model anew."

    /// Hashes the model's files. Until that is done, captions are not written to disk; those of a damaged model never are.
    ///
    /// - Throws: `modelUnavailable` where a file is damaged.
    private func prove(isGentle: Bool) async throws(PipelineError) {
        guard let proof else { return }
        do {
            try await proof.prove(isGentle: isGentle)
            metrics.modelProof(isSound: true)
            if case .ready = state { cache?.release() }
        } catch {
            refuse(error)
            throw PipelineError(.modelUnavailable, Self.unsoundModel, cause: error)
        }
    }

    /// Looks into a model whose answer gave rise to doubt.
    ///
    /// - Parameter error: what is wrong with its answer; nil where that is what it should be.
    private func doubt(_ error: (any Error)?) async {
        if let error { return refuse(error) }
        cache?.hold()
        try? await prove(isGentle: true)
    }

    /// Gives out no more captions of a model that is not what it was.
    private func refuse(_ error: any Error) {
        guard case .ready = state else { return }
        state = .unsound("\(error)")
        cache?.discard()
        metrics.modelProof(isSound: false)
        logger.error("The model is not what it was when it was compiled: \(error)")
    }

    /// Returns where a caption that was just made can be believed: at once as a rule, and after hashing the model's files where
    /// one of them was touched.
    private nonisolated func checkFiles() async throws(PipelineError) {
        guard let (files, proof) = await watched, await !proof.isUntouched(files.stamp()) else { return }
        cache?.hold()
        try await prove(isGentle: false)
    }

    private var watched: (any ModelFiles, ModelProof)? {
        guard let files, let proof else { return nil }
        return (files, proof)
    }

    /// The caption of the picture in the bytes of a file, remembered from an earlier call or made now.
    ///
    /// Suspends until the caption is there. Of several calls for the same caption at a time one does the work. Cancelling
    /// the task lets the caller go at once; when nobody waits any more the work stops, but for a picture that is being
    /// decoded.
    ///
    /// - Parameters:
    ///   - isFresh: whether the caption must be made now, whatever is remembered.
    ///   - hash: the bytes' SHA-256 as ``Imaging/Picture/sha256`` writes it, where it is known already.
    ///   - listener: is told the text while it is written; of a remembered caption nothing.
    /// - Throws: every ``PipelineError/Code`` but `invalidSetting`.
    public nonisolated func caption(
        _ bytes: [UInt8], options: CaptionOptions = CaptionOptions(), isFresh: Bool = false, hash: String? = nil,
        listener: CaptionListener? = nil
    ) async throws(PipelineError) -> CaptionResult {
        let (description, preparation) = try await readyModel()
        do {
            try options.validate(within: description.limits)
        } catch {
            throw PipelineError(error)
        }
        // Hashed here and not on the actor, which would answer nobody else meanwhile.
        let request = CaptionRequest(bytes: bytes, hash: hash, options: options, preparation: preparation)
        do {
            return try await withDeadline(configuration.timeout) {
                try await self.result(request, model: description, isFresh: isFresh, listener: listener)
            }
        } catch let error as PipelineError {
            throw error
        } catch let error as CaptionError {
            throw PipelineError(error)
        } catch is CancellationError {
            throw PipelineError(.cancelled, "The request was given up before its caption was there.")
        } catch {
            throw PipelineError(
                .internalFailure, "The caption could not be made. The log says why, under this request's id.",
                cause: error)
        }
    }

    private nonisolated func result(
        _ request: CaptionRequest, model: ModelDescription, isFresh: Bool, listener: CaptionListener?
    ) async throws -> CaptionResult {
        let listeners = CaptionListeners(listener)
        guard let cache else { return try await make(request, listeners) }
        guard request.options.isRepeatable(samplesByDefault: model.samplesByDefault) else {
            metrics.cacheRequest(.bypassed)
            return try await make(request, listeners)
        }
        // By other rules it is another picture that the model sees.
        let rules = configuration.pictureRules == .display ? "" : "/\(configuration.pictureRules.rawValue)"
        let key = try CaptionKey(picture: request.hash, model: model.identity + rules, options: request.options)
        if isFresh {
            metrics.cacheRequest(.bypassed)
            let result = try await make(request, listeners)
            cache.remember(result, key)
            return result
        }
        if let (caption, place) = await cache.caption(key) {
            metrics.cacheRequest(place == .memory ? .memory : .disk)
            return caption.result
        }
        let seat = try await join(key, request, cache, listener)
        defer { seat.listenerID.map(seat.making.listeners.remove) }
        return try await seat.making.work.value(seat.place)
    }

    /// A place at the work for `key`, which begins now unless it is under way.
    private func join(
        _ key: CaptionKey, _ request: CaptionRequest, _ cache: CaptionCache, _ listener: CaptionListener?
    ) throws(PipelineError) -> Seat {
        if let making = underWay[key], let place = making.work.enter() {
            let id = listener.map(making.listeners.add)
            metrics.cacheRequest(.shared)
            return Seat(making: making, place: place, listenerID: id)
        }
        try checkRoom()
        metrics.cacheRequest(.miss)
        let listeners = CaptionListeners()
        let id = listener.map(listeners.add)
        let work = SharedWork {
            let result = try await self.make(request, listeners)
            cache.remember(result, key)
            return result
        }
        let making = Making(work: work, listeners: listeners)
        underWay[key] = making
        Task {
            await work.finished()
            if underWay[key]?.work === work { underWay[key] = nil }
        }
        return Seat(making: making, place: SharedWork<CaptionResult>.firstPlace, listenerID: id)
    }

    /// Reads a picture and takes it through the model.
    private func make(_ request: CaptionRequest, _ listeners: CaptionListeners) async throws -> CaptionResult {
        try checkRoom()
        inFlight += 1
        metrics.inFlight(inFlight)
        defer {
            inFlight -= 1
            metrics.inFlight(inFlight)
        }
        nextID += 1
        let result = try await request.run(
            id: nextID, limits: configuration.limits, pictures: pictures, patience: configuration.decodingPatience,
            model: model, listeners: listeners)
        try await checkFiles()
        if case .unsound = state { _ = try readyModel() }
        meanGeneration = meanGeneration * 0.8 + result.timings.generation.total * 0.2
        metrics.captioned(result)
        return result
    }

    /// - Throws: `queueFull` where as many pictures wait as may.
    private func checkRoom() throws(PipelineError) {
        guard inFlight >= configuration.maxBatchSize + configuration.maxQueue else { return }
        let rounds = Double(inFlight) / Double(configuration.maxBatchSize)
        throw PipelineError(
            .queueFull,
            "\(configuration.maxQueue) pictures are waiting already, as many as may. Send this one again a little later.",
            retryAfter: meanGeneration * rounds)
    }

    /// How many pictures wait for the model.
    public var queueLength: Int { model.queueLength }

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
        case (.unsound(let reason), _):
            throw PipelineError(
                .modelUnavailable, Self.unsoundModel, cause: PipelineError(.modelUnavailable, reason))
        default:
            throw PipelineError(.modelLoading, "The model is still being loaded. Try again in a few seconds.")
        }
    }
}
