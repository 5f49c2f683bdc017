import Captioning
import Concurrency
import Imaging

/// Schedules requests for the model: loads it, and runs it on one thread of its own for all pictures in the batch.
///
/// Batching is continuous: a request joins the batch from the ``RequestQueue`` between two steps, once slots are free,
/// and leaves when its caption ends.
actor CaptionScheduler {
    /// What others know of a loaded model.
    struct Loaded: Sendable {
        let description: ModelDescription
        let preparation: PixelPreparation
        let files: (any ModelFiles)?
    }

    private let executor = BlockingExecutor(label: "image-to-song.model")
    private let maxBatchSize: Int
    private let metrics: CaptionMetrics
    private let queue = RequestQueue()
    private var model: (any CaptionModel)?
    /// Called for an answer that a sound model seldom gives, with the error if the model computes something else than
    /// it should.
    private var onSuspicion: @Sendable ((any Error)?) -> Void = { _ in }
    /// When such an answer was last looked into.
    private var lastSuspicion: ContinuousClock.Instant?
    /// The shortest time between two checks because of empty captions: a sound model has no answer to some prompts.
    private static let timeBetweenProofs = Duration.seconds(600)

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How many requests wait for a slot.
    nonisolated var queueLength: Int { queue.waitingCount }

    /// Makes a scheduler whose batch has `maxBatchSize` slots.
    init(maxBatchSize: Int, metrics: CaptionMetrics) {
        self.maxBatchSize = maxBatchSize
        self.metrics = metrics
    }

    /// Loads a model and keeps it.
    ///
    /// - Parameter isProving: whether it proves itself, and captions one black picture so that the first request finds everything
    ///   warm.
    /// - Parameter onSuspicion: called later for an answer that a sound model seldom gives.
    func load(
        isProving: Bool = true, onSuspicion: @escaping @Sendable ((any Error)?) -> Void = { _ in },
        _ make: @Sendable () throws -> any CaptionModel
    ) throws -> Loaded {
        let model = try make()
        let loaded = Loaded(description: model.description, preparation: model.preparation, files: model.files)
        if isProving { try prove(model, loaded) }
        self.model = model
        self.onSuspicion = onSuspicion
        return loaded
    }

    private func prove(_ model: any CaptionModel, _ loaded: Loaded) throws {
        try model.prove()
        do {
            _ = try model.caption(
                pixels: [Float](repeating: 0, count: 3 * loaded.preparation.height * loaded.preparation.width),
                options: CaptionOptions(maxNewTokens: min(2, loaded.description.limits.maxNewTokens)),
                cancellation: Cancellation())
        } catch let error as CaptionError where error.code == .emptyCaption {
            // The caption of a black picture may be empty after two tokens.
        }
    }

    /// The caption of one picture. Cancelling the task takes the request out of the queue, or frees its slot.
    ///
    /// - Parameter listeners: get the growing text, on the model's thread.
    nonisolated func caption(
        _ input: CaptionInput, listeners: CaptionListeners
    ) async throws -> QueuedRequest.Completion {
        let request = QueuedRequest(input, listeners: listeners)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                request.wait(continuation)
                let mustStart = queue.add(request)
                metrics.queueLength(queue.waitingCount)
                if mustStart { Task { await run() } }
            }
        } onCancel: {
            request.cancel()
            queue.noteAbandoned()
            metrics.queueLength(queue.waitingCount)
        }
    }

    /// Serves the queue until it is empty: lets requests join as slots become free, and steps the whole batch.
    private func run() {
        var slots: [CaptionInput.ID: Slot] = [:]
        while true {
            freeAbandoned(&slots)
            guard let joining = queue.take(maxBatchSize - slots.count, of: maxBatchSize) else { return }
            metrics.queueLength(queue.waitingCount)
            for request in joining { slots[request.input.id] = Slot(request: request, began: .now) }
            do {
                try advance(&slots, joining: joining)
            } catch {
                model?.reset()
                finish(slots.values.map { ($0, .failure(error)) })
                slots = [:]
            }
        }
    }

    /// A slot of the batch, and the request in it.
    private struct Slot {
        let request: QueuedRequest
        let began: ContinuousClock.Instant
    }

    private func advance(_ slots: inout [CaptionInput.ID: Slot], joining: [QueuedRequest]) throws {
        guard let model else {
            throw ServingError(.modelUnavailable, "No model is loaded: start the captioner first.")
        }
        let cancellation = queue.cancellation
        if !joining.isEmpty {
            metrics.batchSize(slots.count)
            try deliver(try model.join(joining.map(\.input), cancellation: cancellation), &slots, of: model)
            tell(slots, model)
        }
        if !slots.isEmpty {
            try deliver(try model.step(cancellation: cancellation), &slots, of: model)
            tell(slots, model)
        }
    }

    /// Sends the growing text to the listeners.
    private func tell(_ slots: [CaptionInput.ID: Slot], _ model: any CaptionModel) {
        for (id, slot) in slots where !slot.request.listeners.isEmpty {
            slot.request.listeners.tell(model.text(of: id))
        }
    }

    /// Removes the requests that nobody waits for.
    private func freeAbandoned(_ slots: inout [CaptionInput.ID: Slot]) {
        let abandoned = slots.filter { $0.value.request.isAbandoned }
        guard !abandoned.isEmpty else { return }
        for id in abandoned.keys {
            model?.leave(id)
            slots[id] = nil
        }
        queue.leave(abandoned.values.map(\.request))
    }

    /// - Throws: what is wrong with the model, if an outcome is one that a sound model seldom gives.
    private func deliver(
        _ outcomes: [CaptionOutcome], _ slots: inout [CaptionInput.ID: Slot], of model: any CaptionModel
    ) throws {
        let outcomes = outcomes.map(\.checked)
        let isTime = lastSuspicion.map { .now - $0 >= Self.timeBetweenProofs } ?? true
        if isTime, outcomes.contains(where: \.isDoubtful) {
            lastSuspicion = .now
            do {
                try model.prove()
                onSuspicion(nil)
            } catch {
                onSuspicion(error)
                throw ServingError(.modelUnavailable, Captioner.unsoundModel, cause: error)
            }
        }
        finish(outcomes.compactMap { outcome in slots.removeValue(forKey: outcome.id).map { ($0, outcome.result) } })
    }

    private func finish(_ results: [(Slot, Result<GeneratedCaption, any Error>)]) {
        guard !results.isEmpty else { return }
        queue.leave(results.map(\.0.request))
        for (slot, result) in results {
            slot.request.finish(result.map { QueuedRequest.Completion(caption: $0, began: slot.began) })
        }
    }
}
