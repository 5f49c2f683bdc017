public import Imaging

/// The squares that a request may have pictures resized to, where a model takes other ones than its own.
public struct ImageSizes: Sendable, Equatable {
    /// The side that the model was trained with, in pixels; at any other its positions are interpolated.
    public var trained: Int
    /// The sides that it takes, in pixels.
    public var range: ClosedRange<Int>
    /// What a side must be a multiple of, unless it is the one that the model was trained with: its patches' side.
    public var step: Int

    /// Makes sizes from the trained side, the range of sides, and their step, all in pixels.
    public init(trained: Int, range: ClosedRange<Int>, step: Int) {
        self.trained = trained
        self.range = range
        self.step = step
    }

    /// Whether a picture is seen with the positions that the model has learned: it has as many patches each way.
    func hasLearnedPositions(width: Int, height: Int) -> Bool {
        width / step == trained / step && height / step == trained / step
    }
}

extension PixelPreparation {
    /// What a request makes of a model's own preparation: the same, at the size that it asks for.
    ///
    /// `image_size` alone implies `interpolate_pos_encoding`. Where that is expressly false, a size that needs it is refused, as
    /// transformers refuses larger ones. Of smaller ones transformers would give the patches the positions of other places;
    /// nobody can want that.
    /// - Parameter limits: the model's.
    /// - Throws: `invalidOption` for a size that the model does not take.
    public func asked(
        by options: CaptionOptions, within limits: ModelDescription.Limits
    ) throws(CaptionError) -> PixelPreparation {
        var result = self
        if let side = options.imageSize, (side, side) != (width, height) {
            guard let sizes = limits.imageSizes else {
                throw CaptionError(
                    .invalidOption, "image_size is \(side); this model takes \(width) × \(height) pixels only.")
            }
            guard sizes.range.contains(side), side % sizes.step == 0 || side == sizes.trained else {
                throw CaptionError(
                    .invalidOption,
                    "image_size is \(side); it must be a multiple of \(sizes.step) from \(sizes.range.lowerBound) to "
                        + "\(sizes.range.upperBound).")
            }
            result = resized(toSquare: side)
        }
        switch (options.interpolatesPositions, limits.imageSizes) {
        case (true, nil):
            throw CaptionError(
                .invalidOption, "interpolate_pos_encoding is true; this model has no positions to interpolate.")
        case (false, let sizes?) where !sizes.hasLearnedPositions(width: result.width, height: result.height):
            throw CaptionError(
                .invalidOption,
                "interpolate_pos_encoding is false; without it this model takes \(sizes.trained) × \(sizes.trained) pixels "
                    + "only, and the picture would have \(result.width) × \(result.height).")
        default: return result
        }
    }
}
