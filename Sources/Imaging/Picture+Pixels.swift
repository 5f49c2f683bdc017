extension Picture {
    /// The picture as the network takes it: decoded, turned upright, in sRGB on white, resized to 8-bit values as
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
        let seen = try preparation.resizedSize(width: width, height: height)
        let stored = orientation.turned(seen)
        guard let rgb = decoded(width: stored.width, height: stored.height, kernel: preparation.kernel) else {
            throw Self.endsEarly(bytes, format)
                ?? ImagingError(
                    .corrupt, "The \(format.name) file cannot be decoded: its data is damaged. Send another copy.")
        }
        let step = orientation.steps(storedWidth: stored.width, storedHeight: stored.height)
        // The centre, where the model takes less than the resized picture.
        let left = (seen.width - preparation.width) / 2
        let top = (seen.height - preparation.height) / 2
        return ResizedPicture(
            rgb: rgb, origin: step.origin + left * step.column + top * step.row, column: step.column, row: step.row,
            preparation: preparation)
    }

    /// The stored pixels at another size, 8-bit sRGB on white, `[height, width, 3]`. Nothing where decoding fails.
    func decoded(width: Int, height: Int, kernel: ResampleKernel) -> [UInt8]? {
        let stored = orientation.turned((self.width, self.height))
        let shrink = shrinkOnLoad(from: stored, to: (width, height), kernel: kernel)
        return decodable.withUnsafeBytes { bytes in
            guard let image = LazyImage(format: format, bytes: bytes, shrink: shrink), let colours = image.inSRGB()
            else { return nil }
            var resizer = Resizer(
                width: .init(count: image.width, extent: Double(stored.width) / Double(shrink), size: width),
                height: .init(count: image.height, extent: Double(stored.height) / Double(shrink), size: height),
                isTurned: orientation.swapsSides, kernel: kernel)
            guard colours.forEachRow({ resizer.add($0) }) else { return nil }
            return resizer.result
        }
    }

    /// By how much a JPEG decoder may shrink while it decodes, which saves most of the time: 1, 2, 4 or 8.
    ///
    /// Only large pictures are shrunk, and a factor of two is left to the resize that its kernel, not the decoder's, decides
    /// what is seen: the mean difference stays near 0.4 of 255 on photographs that are sharp to the pixel.
    private func shrinkOnLoad(
        from stored: (width: Int, height: Int), to size: (width: Int, height: Int), kernel: ResampleKernel
    ) -> Int {
        guard format == .jpeg, kernel != .nearest, width * height >= 2_000_000 else { return 1 }
        let factor = min(stored.width / size.width, stored.height / size.height)
        return [8, 4, 2].first { factor >= 2 * $0 } ?? 1
    }
}
