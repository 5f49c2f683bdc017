import CImageCodecs
import CVips

extension Picture {
    /// What a file says about itself, as stored.
    struct Header {
        let width, height: Int
        let orientation: Orientation
        var tiff: TIFFFile.Reading?
        /// The bytes that decoding a TIFF takes.
        var tiffMemory: Int?

        /// Reads a file's header, and no pixel.
        init(of bytes: [UInt8], format: PictureFormat) throws(ImagingError) {
            let header = bytes.withUnsafeBytes { bytes in
                format == .tiff ? Self(ofTIFF: bytes) : Self(bytes, format: format)
            }
            guard let header, header.width > 0, header.height > 0 else {
                throw Failure(bytes, format, isInHeader: true).error
                    ?? ImagingError(
                        .unreadableHeader, "The \(format.name) file's header cannot be read: the file is damaged.")
            }
            if case .unsupported(let reason) = header.tiff {
                throw ImagingError(
                    .unsupportedVariant,
                    "This kind of TIFF is not supported: \(reason). Save it as RGB with 8 bits a channel, or as a PNG.")
            }
            self = header
        }

        private init?(_ bytes: UnsafeRawBufferPointer, format: PictureFormat) {
            guard let image = LazyImage(format: format, bytes: bytes, failOn: Self.leastFailOn(format)) else {
                return nil
            }
            (width, height, orientation) = (image.width, image.height, image.orientation)
        }

        private init?(ofTIFF bytes: UnsafeRawBufferPointer) {
            guard let file = TIFFFile(bytes) else { return nil }
            (width, height, orientation, tiff) = (file.width, file.height, file.orientation, file.reading)
            tiffMemory = file.memory
        }

        /// What the decoder must not go on after, where its warnings have been looked into.
        static func leastFailOn(_ format: PictureFormat) -> VipsFailOn {
            format == .jpeg ? VIPS_FAIL_ON_NONE : VIPS_FAIL_ON_ERROR
        }
    }

    /// How the stored pixels become `width` × `height`.
    func resize(
        width: Int, height: Int, kernel: ResampleKernel, rules: PictureRules = .display
    ) -> Resize {
        Resize(
            width: width, height: height, kernel: kernel, isTurned: rules == .display && orientation.swapsSides,
            shrink: shrinkOnLoad(to: (width, height), kernel: kernel))
    }

    /// The stored pixels at other sizes, 8-bit sRGB on white or what `rules` say, each `[height, width, 3]`. Decoded once, so that all
    /// must have the same ``Resize/shrink``.
    ///
    /// libjpeg warns both of what does no harm (odd parameters, bytes between segments, no end marker) and of coded data that
    /// runs out, for which it invents grey. Only the latter is damage. So a JPEG with warnings is read once more to know
    /// which they are, and then again for its pixels. Other decoders' warnings are about metadata, and they end where data is missing.
    func decoded(_ resizes: [Resize], _ rules: PictureRules) throws(ImagingError) -> [[UInt8]] {
        let first = format == .jpeg ? VIPS_FAIL_ON_WARNING : VIPS_FAIL_ON_ERROR
        if let rgb = decoded(resizes, rules, failOn: first) { return rgb }
        if Task.isCancelled { throw ImagingError(.cancelled, "The picture was given up while it was decoded.") }
        if let error = Failure(decodable, format, isInHeader: false).error { throw error }
        if format == .jpeg, let rgb = decoded(resizes, rules, failOn: VIPS_FAIL_ON_NONE) { return rgb }
        throw ImagingError(
            .corrupt, "The \(format.name) file cannot be decoded: its data is damaged. Send another copy.")
    }

    /// What becomes of the stored pixels.
    struct Resize {
        let width, height: Int
        let kernel: ResampleKernel
        /// Whether rows are columns of what is seen.
        let isTurned: Bool
        /// By how much the decoder shrinks before.
        let shrink: Int
    }

    private func decoded(_ resizes: [Resize], _ rules: PictureRules, failOn: VipsFailOn) -> [[UInt8]]? {
        decodable.withUnsafeBytes { bytes -> [[UInt8]]? in
            switch tiff {
            case .samples, .rgba:
                guard let file = TIFFFile(bytes), let raster = file.raster() else { return nil }
                return raster.values.withUnsafeBytes { pixels -> [[UInt8]]? in
                    guard let image = LazyImage(raster, pixels: pixels) else { return nil }
                    return resized(image, resizes, rules)
                }
            case .libvips(let colours, let hasAlpha):
                guard let image = LazyImage(format: format, bytes: bytes, failOn: failOn) else { return nil }
                let bands = colours + (hasAlpha ? 1 : 0)
                guard image.bandCount > bands else { return resized(image, resizes, rules) }
                guard let image = image.firstBands(bands) else { return nil }
                return resized(image, resizes, rules)
            case .unsupported: return nil
            case nil:
                let shrink = resizes.first?.shrink ?? 1
                guard let image = LazyImage(format: format, bytes: bytes, shrink: shrink, failOn: failOn) else {
                    return nil
                }
                return resized(image, resizes, rules, shrunkBy: shrink)
            }
        }
    }

    private func resized(
        _ image: borrowing LazyImage, _ resizes: [Resize], _ rules: PictureRules, shrunkBy shrink: Int = 1
    ) -> [[UInt8]]? {
        guard let colours = image.inRGB(by: rules) else { return nil }
        let stored = orientation.turned((width, height))
        var resizers = resizes.map { resize in
            Resizer(
                width: .init(count: image.width, extent: Double(stored.width) / Double(shrink), size: resize.width),
                height: .init(
                    count: image.height, extent: Double(stored.height) / Double(shrink), size: resize.height),
                isTurned: resize.isTurned, kernel: resize.kernel)
        }
        let isWhole = colours.forEachRow { row in
            for index in resizers.indices { resizers[index].add(row) }
        }
        return isWhole ? resizers.map(\.result) : nil
    }

    /// By how much a JPEG decoder may shrink while it decodes, which saves most of the time: 1, 2, 4 or 8.
    ///
    /// Only large pictures are shrunk, and a factor of two is left to the resize that its kernel, not the decoder's, decides
    /// what is seen: the mean difference stays near 0.4 of 255 on photographs that are sharp to the pixel.
    private func shrinkOnLoad(to size: (width: Int, height: Int), kernel: ResampleKernel) -> Int {
        let stored = orientation.turned((width, height))
        guard format == .jpeg, kernel != .nearest, width * height >= 2_000_000 else { return 1 }
        let factor = min(stored.width / size.width, stored.height / size.height)
        return [8, 4, 2].first { factor >= 2 * $0 } ?? 1
    }
}

/// Why a file of a known format could not be read, judged from its own bytes.
private struct Failure {
    /// Nothing where no reason was found: the file is damaged, or, a JPEG, can be read in spite of the decoder's warnings.
    let error: ImagingError?

    /// A JPEG that lacks more than this part of its picture is damaged; viewers show what there is of it in any case.
    private static let mostMissing = 0.5

    /// - Parameter isInHeader: whether the header was refused, so that its size has not been checked.
    init(_ bytes: [UInt8], _ format: PictureFormat, isInHeader: Bool) {
        let cutOff = ImagingError(
            .truncated, "The \(format.name) file stops before the picture does: the upload was cut off. Send it again.")
        let damaged = ImagingError(
            .corrupt, "The \(format.name) file cannot be decoded: its data is damaged. Send another copy.")
        switch format {
        case .jpeg:
            let report = bytes.withUnsafeBytes {
                cjpeg_examine($0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, isInHeader ? 1 : 0)
            }
            switch report.verdict {
            case CJPEG_READABLE: error = report.missing_share > Self.mostMissing ? damaged : nil
            case CJPEG_UNSUPPORTED:
                error = ImagingError(
                    .unsupportedVariant,
                    "This kind of JPEG is not supported: it has more than 8 bits a channel, is lossless or hierarchical, "
                        + "or has odd channels. Save it as an ordinary JPEG, or as a PNG.")
            case CJPEG_CUT_OFF: error = format.endsEarly(bytes) ? cutOff : damaged
            default: error = format.endsEarly(bytes) ? cutOff : nil
            }
        case .png where format.hasUnknownChunks(bytes):
            error = ImagingError(
                .unsupportedVariant,
                "This kind of PNG is not supported: it needs an extension that only its maker's programs read, as Apple's "
                    + "CgBI. Save it as an ordinary PNG.")
        case .tiff:
            let lacksData = bytes.withUnsafeBytes { bytes -> Bool in
                guard let file = TIFFFile(bytes) else { return false }
                return !file.isWhole
            }
            error = lacksData || format.endsEarly(bytes) ? cutOff : nil
        default:
            error = format.endsEarly(bytes) ? cutOff : nil
        }
    }
}
