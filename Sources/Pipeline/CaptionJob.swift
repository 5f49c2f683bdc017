import Blip2
import Imaging

/// The way of one picture through the pipeline, step by step.
struct CaptionJob: Sendable {
    let bytes: [UInt8]
    let options: CaptionOptions
    let limits: PictureLimits
    let preparation: PixelPreparation
    let pictureWorker: PictureWorker
    let modelWorker: ModelWorker
    let turnstile: Turnstile

    func run() async throws -> CaptionResult {
        let began = ContinuousClock.now
        let prepared = try await pictureWorker.prepare(bytes, within: limits, as: preparation)
        let isPrepared = ContinuousClock.now
        let (generated, entered) = try await turnstile.pass {
            let entered = ContinuousClock.now
            return (try await generate(prepared.pixels), entered)
        }
        return CaptionResult(
            caption: generated.text, tokenCount: generated.tokenIDs.count, picture: prepared.info,
            timings: CaptionTimings(
                total: ContinuousClock.now - began, preparation: isPrepared - began, waiting: entered - isPrepared,
                generation: generated.timings))
    }

    /// Runs the model, and stops it when this task is cancelled.
    private func generate(_ pixels: [Float]) async throws -> GeneratedCaption {
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await modelWorker.caption(pixels, options: options, cancellation: cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }
}

extension CaptionOptions {
    /// Refuses what the model cannot do, in a sentence.
    func validate(within limits: ModelDescription.Limits) throws(PipelineError) {
        guard let maxNewTokens else { return }
        guard (1...max(1, limits.maxNewTokens)).contains(maxNewTokens) else {
            throw PipelineError(
                .invalidOption,
                "max_new_tokens is \(maxNewTokens); this model takes a whole number from 1 to \(limits.maxNewTokens).")
        }
    }
}
