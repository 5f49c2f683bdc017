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
        let (resize, stored) = try resize(preparation)
        let rgb = try decoded([resize], preparation.rules)[0]
        return resized(rgb, preparation, stored)
    }

    /// The results of ``resized(_:)`` and ``rendition(fitting:)``, decoded once.
    ///
    /// Where the rules are not those of display, or a JPEG's decoder shrinks the two by different amounts, they are decoded one
    /// after the other: either is the same, bit by bit, as when it is asked for alone.
    public func resized(
        _ preparation: PixelPreparation, andFitting box: (width: Int, height: Int)
    ) throws(ImagingError) -> (ResizedPicture, Rendition) {
        let (resize, stored) = try resize(preparation)
        let other = self.resize(fitting: box)
        guard preparation.rules == .display, resize.shrink == other.shrink else {
            return (try resized(preparation), try rendition(fitting: box))
        }
        let rgb = try decoded([resize, other], preparation.rules)
        return (resized(rgb[0], preparation, stored), rendition(rgb[1], fitting: box))
    }

    private func resize(
        _ preparation: PixelPreparation
    ) throws(ImagingError) -> (Resize, stored: (width: Int, height: Int)) {
        try preparation.validate()
        let orientation = preparation.rules == .display ? orientation : Orientation(tag: 1)
        let shown = preparation.rules == .display ? (width, height) : self.orientation.turned((width, height))
        let stored = orientation.turned(try preparation.resizedSize(width: shown.0, height: shown.1))
        return (
            resize(width: stored.width, height: stored.height, kernel: preparation.kernel, rules: preparation.rules),
            stored
        )
    }

    private func resized(
        _ rgb: [UInt8], _ preparation: PixelPreparation, _ stored: (width: Int, height: Int)
    ) -> ResizedPicture {
        let orientation = preparation.rules == .display ? orientation : Orientation(tag: 1)
        let seen = orientation.turned(stored)
        let step = orientation.steps(storedWidth: stored.width, storedHeight: stored.height)
        // The centre, where the model takes less than the resized picture.
        let left = (seen.width - preparation.width) / 2
        let top = (seen.height - preparation.height) / 2
        return ResizedPicture(
            rgb: rgb, origin: step.origin + left * step.column + top * step.row, column: step.column, row: step.row,
            preparation: preparation)
    }
}
