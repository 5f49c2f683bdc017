import Captioning
import Imaging

/// One picture, what is asked of it, and its way through the pipeline step by step.
struct CaptionRequest: Sendable {
    let bytes: [UInt8]
    /// The SHA-256 of the bytes.
    let hash: String
    let options: CaptionOptions
    let preparation: PixelPreparation

    init(bytes: [UInt8], hash: String?, options: CaptionOptions, preparation: PixelPreparation) {
        self.bytes = bytes
        self.options = options
        self.preparation = preparation
        self.hash = hash ?? Picture.sha256(of: bytes)
    }

    func run(
        id: CaptionInput.ID, limits: PictureLimits, pictures: PictureWorkers, patience: Duration, model: ModelWorker,
        listeners: CaptionListeners
    ) async throws -> CaptionResult {
        let began = ContinuousClock.now
        let picture = try await pictures.read(bytes, within: limits, patience: patience) { picture in
            try PreparedPicture(picture, hash: hash, as: preparation)
        }
        let completion = try await model.caption(
            CaptionInput(id: id, pixels: picture.pixels, options: options), listeners: listeners)
        var timings = CaptionTimings()
        timings.total = ContinuousClock.now - began
        timings.decode = picture.decodeTime
        timings.preprocess = picture.preprocessTime
        // Before a worker and before the model.
        timings.waiting = (completion.began - began) - picture.decodeTime - picture.preprocessTime
        timings.generation = completion.caption.timings
        var result = CaptionResult(
            caption: completion.caption.text, tokenCount: completion.caption.tokenIDs.count, picture: picture.info,
            timings: timings)
        result.captions = completion.caption.texts
        return result
    }
}
