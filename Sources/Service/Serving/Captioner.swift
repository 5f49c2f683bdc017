public import Captioning
import Colour
import Concurrency
public import Imaging
public import Logging
public import Settings

/// Turns pictures into captions: asks the cache, decodes the pictures that are not in it, and schedules them for the
/// model. Never blocks its caller's thread.
///
/// Concurrent requests for the same caption compute it once (single flight). The actor itself only keeps state, so
/// ``state`` answers at once even while the model is busy. Blocking work happens on other threads.
public actor Captioner {
    /// Whether the model can caption.
    public enum State: Sendable, Equatable {
        /// The model is being loaded.
        case loading
        /// The model can caption.
        case ready(ModelDescription)
        /// The model could not be loaded; the text says why, for the log.
        case failed(String)
        /// The model was loaded, but no longer answers as when it was compiled; the text says why, for the log.
        case unsound(String)
    }

    /// The limits of captions.
    public struct Configuration: Sendable {
        /// The limits of a picture. ``Imaging/PictureLimits/maximumMemory`` is for all pictures that are decoded at a
        /// time.
        public var limits = PictureLimits()
        /// The rules by which pictures are read for the model.
        public var pictureRules = PictureRules.display
        /// How long a caption may take, waiting included.
        public var timeout = Duration.seconds(30)
        /// How many pictures are read at the same time.
        public var pictureWorkers = 2
        /// How many pictures go through the model together.
        public var maxBatchSize = 4
        /// How many pictures may wait; one more is refused.
        public var maxQueue = 64

        /// Whether the model checks itself and captions a black picture before the first request, and its files are
        /// hashed afterwards. A server does this; a command, which ends soon, checks only a model that gives strange
        /// answers.
        public var provesModel = true

        /// How long a large picture may wait and be decoded: half of the timeout, so that the model has the rest.
        var decodingPatience: Duration { timeout / 2 }

        /// Makes the defaults.
        public init() {}
    }

    /// What happens to a request that finds the queue full.
    public enum Admission: Sendable {
        /// It is refused at once, with `queueFull`.
        case orRefuse
        /// It waits for its turn.
        case orWait
    }

    /// A caption that is being made, and those who follow its text.
    private struct Flight {
        let task: SharedTask<CaptionResult>
        let listeners: CaptionListeners
    }

    /// One caller who waits for a caption that is being made.
    private struct Waiter {
        let flight: Flight
        let id: SharedTask<CaptionResult>.WaiterID
        let listenerID: Int?
    }

    /// Makes the model; called once, on the model's thread. It may block for minutes, and reports its progress in lines.
    public typealias Loader = @Sendable (_ progress: @escaping @Sendable (String) -> Void) throws -> any CaptionModel

    /// Whether the model can caption at this moment.
    public private(set) var state: State = .loading

    /// How long ``start()`` took; nil before the model is ready.
    public private(set) var loadDuration: Duration?

    let configuration: Configuration
    let pictures: PictureWorkers
    let metrics: CaptionMetrics
    let cache: CaptionCache?
    private let loader: Loader
    private let logger: Logger
    private let scheduler: CaptionScheduler
    /// A permit for each picture in the model, and each that may wait.
    nonisolated let admission: AsyncSemaphore
    private var loading: Task<Void, Never>?
    private var preparation: PixelPreparation?
    /// Watches the model's files, if it has any.
    private var proof: ModelProof?
    private var files: (any ModelFiles)?
    /// The captions that are being generated, for requests for the same ones.
    private var flights: [CaptionKey: Flight] = [:]
    private var inFlight = 0
    private var nextID: CaptionInput.ID = 0
    /// The colours of the latest pictures, by the SHA-256 of their files.
    nonisolated let palettes = LRUCache<String, [PaletteColour]>(capacity: 2048)
    /// A running mean of the time that the model takes for a caption.
    private var meanGeneration = Duration.zero

    /// Makes a captioner; nothing is loaded before ``start()``.
    ///
    /// - Parameters:
    ///   - cache: keeps captions; nil for none.
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
        scheduler = CaptionScheduler(maxBatchSize: configuration.maxBatchSize, metrics: metrics)
        admission = AsyncSemaphore(permits: configuration.maxBatchSize + configuration.maxQueue)
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

    /// Writes what is in the cache to the disk. Nothing is written after that.
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
            if proof != nil, configuration.provesModel {
                cache?.hold()
                Task { try? await prove(isGentle: true) }
            }
        } catch {
            state = .failed("\(error)")
            logger.error("The model could not be loaded: \(error)")
        }
    }

    /// Loads the model. If it is found damaged, compiles it again at once and loads that.
    private func loadModel() async throws -> CaptionScheduler.Loaded {
        let load: @Sendable () async throws -> CaptionScheduler.Loaded = { [loader, logger, scheduler, configuration] in
            try await scheduler.load(isProving: configuration.provesModel) { [weak self] error in
                Task { await self?.check(after: error) }
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

    /// What clients are told of a model that is not sound.
    static let unsoundModel =
        "The model is damaged, or computes something else than it should, so there are no captions. The log says what is wrong; "
        + "a restart compiles the model anew."

    /// Hashes the model's files. Until that is done, captions are not written to disk; those of a damaged model never are.
    ///
    /// - Throws: `modelUnavailable` where a file is damaged.
    private func prove(isGentle: Bool) async throws(ServingError) {
        guard let proof else { return }
        do {
            try await proof.prove(isGentle: isGentle)
            metrics.modelProof(isSound: true)
            if case .ready = state { await cache?.release() }
        } catch {
            await refuse(error)
            throw ServingError(.modelUnavailable, Self.unsoundModel, cause: error)
        }
    }

    /// Checks the files of a model after an answer that a sound model seldom gives.
    ///
    /// - Parameter error: what is wrong with what it computes; nil where that is what it should be.
    private func check(after error: (any Error)?) async {
        if let error { return await refuse(error) }
        cache?.hold()
        try? await prove(isGentle: true)
    }

    /// Stops captions, because the model is not what it was.
    private func refuse(_ error: any Error) async {
        guard case .ready = state else { return }
        state = .unsound("\(error)")
        await cache?.discard()
        metrics.modelProof(isSound: false)
        logger.error("The model is not what it was when it was compiled: \(error)")
    }

    /// Returns once a new caption can be trusted: usually at once; after hashing the model's files if one of them has
    /// changed.
    private nonisolated func checkFiles() async throws(ServingError) {
        guard let (files, proof) = await watched, await !proof.isUntouched(files.stamp()) else { return }
        cache?.hold()
        try await prove(isGentle: false)
    }

    private var watched: (any ModelFiles, ModelProof)? {
        guard let files, let proof else { return nil }
        return (files, proof)
    }

    /// The caption of the picture in the bytes of a file, from the cache or made now.
    ///
    /// Suspends until the caption is there. Concurrent calls for the same caption compute it once. Cancelling the task
    /// returns at once; when nobody waits any more the work stops, except for a picture that is being decoded.
    ///
    /// - Parameters:
    ///   - isFresh: whether to bypass the cache.
    ///   - hash: the bytes' SHA-256 as ``Imaging/Picture/sha256`` writes it, where it is known already.
    ///   - admission: what happens where the queue is full.
    ///   - findsPalette: whether the picture's colours are found too where it must be decoded, for ``palette(of:hash:)``.
    ///   - listener: gets the growing text; nothing for a caption from the cache.
    /// - Throws: every ``ServingError/Code``.
    public nonisolated func caption(
        _ bytes: [UInt8], options: CaptionOptions = CaptionOptions(), isFresh: Bool = false, hash: String? = nil,
        admission: Admission = .orRefuse, findsPalette: Bool = false, listener: CaptionListener? = nil
    ) async throws(ServingError) -> CaptionResult {
        let (description, ownPreparation) = try await readyModel()
        let preparation: PixelPreparation
        do {
            try options.validate(within: description.limits)
            preparation = try ownPreparation.asked(by: options, within: description.limits)
        } catch {
            throw ServingError(error)
        }
        // Hashed here and not on the actor, which would be blocked meanwhile.
        let request = CaptionRequest(
            bytes: bytes, hash: hash, options: options, preparation: preparation, admission: admission,
            findsPalette: findsPalette)
        do {
            return try await withDeadline(configuration.timeout, orThrow: self.timeoutError) {
                try await self.result(request, model: description, isFresh: isFresh, listener: listener)
            }
        } catch let error as ServingError {
            throw error
        } catch let error as CaptionError {
            throw ServingError(error)
        } catch is CancellationError {
            throw ServingError(.cancelled, "The request was given up before its caption was there.")
        } catch {
            throw ServingError(
                .internalFailure, "The caption could not be made. The log says why, under this request's id.",
                cause: error)
        }
    }

    private nonisolated func result(
        _ request: CaptionRequest, model: ModelDescription, isFresh: Bool, listener: CaptionListener?
    ) async throws -> CaptionResult {
        guard let cache else { return try await admit(request, CaptionListeners(listener)) }
        guard request.options.isRepeatable(samplesByDefault: model.samplesByDefault) else {
            metrics.cacheRequest(.bypassed)
            return try await admit(request, CaptionListeners(listener))
        }
        // Other rules give the model other pixels.
        let rules = configuration.pictureRules == .display ? "" : "/\(configuration.pictureRules.rawValue)"
        let key = try CaptionKey(picture: request.hash, model: model.identity + rules, options: request.options)
        if isFresh {
            metrics.cacheRequest(.bypassed)
            let result = try await admit(request, CaptionListeners(listener))
            await cache.put(result, for: key)
            return result
        }
        if let (caption, tier) = await cache.get(key) {
            metrics.cacheRequest(.hit(tier))
            return caption.result
        }
        let waiter = try await join(key, request, cache, listener)
        defer { waiter.listenerID.map(waiter.flight.listeners.remove) }
        return try await waiter.flight.task.value(for: waiter.id)
    }

    /// Waits for the caption of `key`. Starts it, unless it is being generated already.
    private func join(
        _ key: CaptionKey, _ request: CaptionRequest, _ cache: CaptionCache, _ listener: CaptionListener?
    ) throws(ServingError) -> Waiter {
        if let flight = flights[key], let id = flight.task.join() {
            metrics.cacheRequest(.shared)
            return Waiter(flight: flight, id: id, listenerID: listener.map(flight.listeners.add))
        }
        if request.admission == .orRefuse { try tryAdmission() }
        metrics.cacheRequest(.miss)
        let listeners = CaptionListeners()
        let listenerID = listener.map(listeners.add)
        let task = SharedTask {
            if request.admission == .orWait { try await self.admission.acquire() }
            defer { self.admission.release() }
            let result = try await self.make(request, listeners)
            await cache.put(result, for: key)
            return result
        }
        let flight = Flight(task: task, listeners: listeners)
        flights[key] = flight
        Task {
            await task.finished()
            if flights[key]?.task === task { flights[key] = nil }
        }
        return Waiter(flight: flight, id: SharedTask<CaptionResult>.firstWaiter, listenerID: listenerID)
    }

    /// Makes a caption once the request is admitted.
    private nonisolated func admit(
        _ request: CaptionRequest, _ listeners: CaptionListeners
    ) async throws -> CaptionResult {
        switch request.admission {
        case .orRefuse: try await tryAdmission()
        case .orWait: try await admission.acquire()
        }
        defer { admission.release() }
        return try await make(request, listeners)
    }

    /// Takes a permit, which the caller must release.
    ///
    /// - Throws: `queueFull` where as many pictures wait as may.
    private func tryAdmission() throws(ServingError) {
        guard !admission.tryAcquire() else { return }
        let rounds = Double(max(1, inFlight)) / Double(configuration.maxBatchSize)
        throw ServingError(
            .queueFull,
            "\(configuration.maxQueue) pictures are waiting already, as many as may. Send this one again a little later.",
            retryAfter: meanGeneration * rounds)
    }

    /// Reads a picture and takes it through the model.
    private func make(_ request: CaptionRequest, _ listeners: CaptionListeners) async throws -> CaptionResult {
        inFlight += 1
        metrics.inFlight(inFlight)
        defer {
            inFlight -= 1
            metrics.inFlight(inFlight)
        }
        nextID += 1
        let (result, palette) = try await request.run(
            id: nextID, limits: configuration.limits, pictures: pictures, patience: configuration.decodingPatience,
            scheduler: scheduler, listeners: listeners)
        if let palette { palettes.insert(palette, for: request.hash) }
        try await checkFiles()
        if case .unsound = state { _ = try readyModel() }
        meanGeneration = meanGeneration * 0.8 + result.timings.generation.total * 0.2
        metrics.captioned(result)
        return result
    }

    /// The error of a request that has timed out.
    nonisolated var timeoutError: ServingError {
        ServingError(
            .timedOut,
            "The answer took longer than \(configuration.timeout.inSeconds) seconds and was given up. Try again later, with a "
                + "smaller picture or fewer new tokens, or raise REQUEST_TIMEOUT.")
    }

    /// How many pictures wait for the model.
    public var queueLength: Int { scheduler.queueLength }

    /// Returns if the model can caption at this moment.
    ///
    /// - Throws: `modelLoading` or `modelUnavailable`.
    public func checkReadiness() throws(ServingError) {
        _ = try readyModel()
    }

    private func readyModel() throws(ServingError) -> (ModelDescription, PixelPreparation) {
        switch (state, preparation) {
        case (.ready(let description), let preparation?):
            return (description, preparation)
        case (.failed(let reason), _):
            throw ServingError(
                .modelUnavailable, "The model could not be loaded, so there are no captions. The log says why.",
                cause: ServingError(.modelUnavailable, reason))
        case (.unsound(let reason), _):
            throw ServingError(
                .modelUnavailable, Self.unsoundModel, cause: ServingError(.modelUnavailable, reason))
        default:
            throw ServingError(.modelLoading, "The model is still being loaded. Try again in a few seconds.")
        }
    }
}

extension Captioner.Configuration {
    /// The settings of captions.
    public init(_ settings: Settings) {
        self.init()
        timeout = settings.requestTimeout
        pictureWorkers = settings.maxWorkers
        maxBatchSize = settings.maxBatchSize
        maxQueue = settings.maxQueue
        limits.maximumByteCount = settings.maxImageSize
        limits.maximumMemory = settings.pictureMemory
        pictureRules = settings.pictureRules
    }
}
