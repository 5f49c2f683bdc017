import Captioning
import Colour
import Imaging

/// One picture with its options, and its steps through decoding and the model.
struct CaptionRequest: Sendable {
    let bytes: [UInt8]
    /// The SHA-256 of the bytes.
    let hash: String
    let options: CaptionOptions
    /// The model's, at the size that is asked for.
    let preparation: PixelPreparation
    /// What happens where a queue is full.
    let admission: Captioner.Admission
    /// Whether the colours are wanted too.
    let findsPalette: Bool

    init(
        bytes: [UInt8], hash: String?, options: CaptionOptions, preparation: PixelPreparation,
        admission: Captioner.Admission, findsPalette: Bool
    ) {
        self.bytes = bytes
        self.options = options
        self.preparation = preparation
        self.hash = hash ?? Picture.sha256(of: bytes)
        self.admission = admission
        self.findsPalette = findsPalette
    }

    /// - Parameter patience: how long a large picture may wait to be decoded; without limit if it may wait for
    ///   admission.
    func run(
        id: CaptionInput.ID, limits: PictureLimits, pictures: PictureWorkers, patience: Duration,
        scheduler: CaptionScheduler, listeners: CaptionListeners
    ) async throws -> (CaptionResult, palette: [PaletteColour]?) {
        let began = ContinuousClock.now
        let picture = try await pictures.read(
            bytes, within: limits, patience: admission == .orWait ? nil : patience
        ) { picture in
            try PreparedPicture(picture, hash: hash, as: preparation, findsPalette: findsPalette)
        }
        let completion = try await scheduler.caption(
            CaptionInput(id: id, pixels: picture.pixels, options: options), listeners: listeners)
        var timings = CaptionTimings()
        timings.total = ContinuousClock.now - began
        timings.decode = picture.decodeTime
        timings.preprocess = picture.preprocessTime
        // Before a worker and before the model.
        timings.waiting =
            (completion.began - began) - picture.decodeTime - picture.preprocessTime - picture.paletteTime
        timings.generation = completion.caption.timings
        var result = CaptionResult(
            caption: completion.caption.text, tokenCount: completion.caption.tokenIDs.count, picture: picture.info,
            timings: timings)
        result.captions = completion.caption.texts
        result.score = completion.caption.score
        result.scores = completion.caption.scores
        return (result, picture.palette)
    }
}
