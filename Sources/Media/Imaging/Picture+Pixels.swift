extension Picture {
    /// The picture as the network takes it: decoded, by ``PixelPreparation/rules`` upright, in sRGB and on white, resized to 8-bit values as
    /// transformers does, then rescaled and normalised. `[3, height, width]` in row-major order: red, green, blue.
    ///
    /// Blocks for the time of decoding; call it on a thread of your own. Throws ``ImagingError/Code/truncated`` or
    /// ``ImagingError/Code/corrupt`` for data that cannot be decoded, and
    /// ``ImagingError/Code/unsupportedPreparation`` where the preparation cannot be done.
    public func pixels(_ preparation: PixelPreparation) throws(ImagingError) -> [Float] {  // [3, height, width]
        try resized(preparation).normalised()
    }

    /// The first half of ``pixels(_:)``, which takes most of the time: decoding and resizing, row by row together.
    public func resized(_ preparation: PixelPreparation) throws(ImagingError) -> ResizedPicture {
        try preparation.validate()
        let orientation = preparation.rules == .display ? orientation : Orientation(tag: 1)
        let shown = preparation.rules == .display ? (width, height) : self.orientation.turned((width, height))
        let seen = try preparation.resizedSize(width: shown.0, height: shown.1)
        let stored = orientation.turned(seen)
        let rgb = try decoded(
            width: stored.width, height: stored.height, kernel: preparation.kernel, rules: preparation.rules)
        let step = orientation.steps(storedWidth: stored.width, storedHeight: stored.height)
        // The centre, where the model takes less than the resized picture.
        let left = (seen.width - preparation.width) / 2
        let top = (seen.height - preparation.height) / 2
        return ResizedPicture(
            rgb: rgb, origin: step.origin + left * step.column + top * step.row, column: step.column, row: step.row,
            preparation: preparation)
    }
}
