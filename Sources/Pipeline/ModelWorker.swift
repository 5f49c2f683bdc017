import Blip2
import Imaging

/// Owns the model: loads it and calls it on one thread of its own.
actor ModelWorker {
    /// What the rest of the pipeline knows of a loaded model.
    struct Loaded: Sendable {
        let description: ModelDescription
        let preparation: PixelPreparation
    }

    private let executor = BlockingExecutor(label: "image-to-song.model")
    private var model: (any CaptionModel)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Loads a model, lets it caption one grey picture so that the first request finds everything warm, and keeps it.
    func load(_ make: @Sendable () throws -> any CaptionModel) throws -> Loaded {
        let model = try make()
        let loaded = Loaded(description: model.description, preparation: model.preparation)
        _ = try model.caption(
            pixels: [Float](repeating: 0, count: 3 * loaded.preparation.height * loaded.preparation.width),
            options: CaptionOptions(maxNewTokens: min(2, loaded.description.limits.maxNewTokens)),
            cancellation: Cancellation())
        self.model = model
        return loaded
    }

    /// The caption of one picture; stops early where it is cancelled.
    func caption(
        _ pixels: [Float], options: CaptionOptions, cancellation: Cancellation
    ) throws -> GeneratedCaption {
        guard let model else {
            throw PipelineError(.modelUnavailable, "No model is loaded: start the captioner first.")
        }
        try Task.checkCancellation()
        return try model.caption(pixels: pixels, options: options, cancellation: cancellation)
    }
}
