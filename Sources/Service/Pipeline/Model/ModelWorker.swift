import Captioning
import Imaging

/// Owns the model: loads it, and calls it on one thread of its own for all pictures that are there at a time.
actor ModelWorker {
    /// What the rest of the pipeline knows of a loaded model.
    struct Loaded: Sendable {
        let description: ModelDescription
        let preparation: PixelPreparation
        let files: (any ModelFiles)?
    }

    private let executor = BlockingExecutor(label: "image-to-song.model")
    private let maxBatchSize: Int
    private let metrics: CaptionMetrics
    private let queue = ModelQueue()
    private var model: (any CaptionModel)?
    /// Is told when something casts doubt on the model: with what is wrong, where its answer shows that.
    private var doubt: @Sendable ((any Error)?) -> Void = { _ in }
    /// When there was last a doubt that was looked into.
    private var lastDoubt: ContinuousClock.Instant?
    /// The shortest time between two proofs that an empty caption sets off: a sound model has no word for some prompts.
    private static let timeBetweenProofs = Duration.seconds(600)

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How many pictures wait, those in the model not counted.
    nonisolated var queueLength: Int { queue.waitingCount }

    /// Makes a worker whose model will caption at most `maxBatchSize` pictures at once.
    init(maxBatchSize: Int, metrics: CaptionMetrics) {
        self.maxBatchSize = maxBatchSize
        self.metrics = metrics
    }

    /// Loads a model, has it prove itself, lets it caption one black picture so that the first request finds everything warm,
    /// and keeps it.
    ///
    /// - Parameter doubt: is told when an answer casts doubt on the model later.
    func load(
        doubt: @escaping @Sendable ((any Error)?) -> Void = { _ in }, _ make: @Sendable () throws -> any CaptionModel
    ) throws -> Loaded {
        let model = try make()
        let loaded = Loaded(description: model.description, preparation: model.preparation, files: model.files)
        try model.prove()
        do {
            _ = try model.caption(
                pixels: [Float](repeating: 0, count: 3 * loaded.preparation.height * loaded.preparation.width),
                options: CaptionOptions(maxNewTokens: min(2, loaded.description.limits.maxNewTokens)),
                cancellation: Cancellation())
        } catch let error as CaptionError where error.code == .emptyCaption {
            // Of a black picture there may be nothing to say in two tokens.
        }
        self.model = model
        self.doubt = doubt
        return loaded
    }

    /// The caption of one picture. Cancelling the task gives the place in the line, or in the model, back.
    ///
    /// - Parameter listeners: are told the text while it is written, on the model's thread.
    nonisolated func caption(
        _ input: CaptionInput, listeners: CaptionListeners
    ) async throws -> ModelJob.Completion {
        let job = ModelJob(input, listeners: listeners)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                job.wait(continuation)
                let mustWake = queue.add(job)
                metrics.queueLength(queue.waitingCount)
                if mustWake { Task { await workOff() } }
            }
        } onCancel: {
            job.cancel()
            queue.noteAbandoned()
            metrics.queueLength(queue.waitingCount)
        }
    }

    /// Works the queue off: lets waiting pictures join as places become free, and goes step by step with all of them.
    private func workOff() {
        var places: [CaptionInput.ID: Place] = [:]
        while true {
            free(&places)
            guard let joining = queue.take(maxBatchSize - places.count, of: maxBatchSize) else { return }
            metrics.queueLength(queue.waitingCount)
            for job in joining { places[job.input.id] = Place(job: job, began: .now) }
            do {
                try advance(&places, joining: joining)
            } catch {
                model?.reset()
                finish(places.values.map { ($0, .failure(error)) })
                places = [:]
            }
        }
    }

    private struct Place {
        let job: ModelJob
        let began: ContinuousClock.Instant
    }

    private func advance(_ places: inout [CaptionInput.ID: Place], joining: [ModelJob]) throws {
        guard let model else {
            throw PipelineError(.modelUnavailable, "No model is loaded: start the captioner first.")
        }
        let cancellation = queue.cancellation
        if !joining.isEmpty {
            metrics.batchSize(places.count)
            try deliver(try model.join(joining.map(\.input), cancellation: cancellation), &places, of: model)
            tell(places, model)
        }
        if !places.isEmpty {
            try deliver(try model.step(cancellation: cancellation), &places, of: model)
            tell(places, model)
        }
    }

    /// Tells those who follow a caption how far it has come.
    private func tell(_ places: [CaptionInput.ID: Place], _ model: any CaptionModel) {
        for (id, place) in places where !place.job.listeners.isEmpty {
            place.job.listeners.tell(model.text(of: id))
        }
    }

    /// Takes out the pictures that nobody waits for.
    private func free(_ places: inout [CaptionInput.ID: Place]) {
        let abandoned = places.filter { $0.value.job.isAbandoned }
        guard !abandoned.isEmpty else { return }
        for id in abandoned.keys {
            model?.leave(id)
            places[id] = nil
        }
        queue.leave(abandoned.values.map(\.job))
    }

    /// - Throws: what is wrong with the model, where one of the outcomes cast doubt on it.
    private func deliver(
        _ outcomes: [CaptionOutcome], _ places: inout [CaptionInput.ID: Place], of model: any CaptionModel
    ) throws {
        let outcomes = outcomes.map(\.checked)
        let isTime = lastDoubt.map { .now - $0 >= Self.timeBetweenProofs } ?? true
        if isTime, outcomes.contains(where: \.isDoubtful) {
            lastDoubt = .now
            do {
                try model.prove()
                doubt(nil)
            } catch {
                doubt(error)
                throw PipelineError(.modelUnavailable, Captioner.unsoundModel, cause: error)
            }
        }
        finish(outcomes.compactMap { outcome in places.removeValue(forKey: outcome.id).map { ($0, outcome.result) } })
    }

    private func finish(_ results: [(Place, Result<GeneratedCaption, any Error>)]) {
        guard !results.isEmpty else { return }
        queue.leave(results.map(\.0.job))
        for (place, result) in results {
            place.job.finish(result.map { ModelJob.Completion(caption: $0, began: place.began) })
        }
    }
}
