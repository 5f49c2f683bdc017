import CVips

/// A libvips image: a header and a recipe, whose pixels are computed when they are asked for. It is released when
/// it goes out of scope, and lives no longer than the bytes it was opened on.
///
/// libvips keeps its error text once for the whole process, so that a text found there may belong to another thread's
/// picture. It is therefore cleared and never shown; what went wrong is judged from the picture's own bytes.
struct LazyImage: ~Copyable {
    /// The image, owned.
    let pointer: UnsafeMutablePointer<VipsImage>

    /// Takes ownership of what a call of libvips returned; nothing where that is no image.
    init?(_ pointer: UnsafeMutablePointer<VipsImage>?) {
        guard let pointer else {
            vips_error_clear()
            return nil
        }
        self.pointer = pointer
    }

    /// Reads the header of a picture. The bytes must outlive the image and all that is made from it.
    ///
    /// - Parameter failOn: what the decoder must not go on after.
    init?(format: PictureFormat, bytes: UnsafeRawBufferPointer, shrink: Int = 1, failOn: VipsFailOn) {
        self.init(cvips_open(format.loader, bytes.baseAddress, bytes.count, Int32(shrink), failOn))
    }

    /// An image of pixels in memory, which must outlive it.
    init?(_ raster: Raster, pixels: UnsafeRawBufferPointer) {
        let interpretation =
            raster.isCMYK
            ? VIPS_INTERPRETATION_CMYK : raster.channels < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB
        let pointer = raster.profile.withUnsafeBytes { profile in
            cvips_of_memory(
                pixels.baseAddress, pixels.count, Int32(raster.width), Int32(raster.height), Int32(raster.channels),
                interpretation, profile.baseAddress, profile.count)
        }
        self.init(pointer)
    }

    /// The image's first `count` channels; the rest is of no use.
    func firstBands(_ count: Int) -> LazyImage? {
        LazyImage(cvips_extract_bands(pointer, 0, Int32(count)))
    }

    deinit {
        g_object_unref(pointer)
    }

    var width: Int { Int(vips_image_get_width(pointer)) }
    var height: Int { Int(vips_image_get_height(pointer)) }
    var bandCount: Int { Int(vips_image_get_bands(pointer)) }
    var hasAlpha: Bool { vips_image_hasalpha(pointer) != 0 }
    var hasColourProfile: Bool { vips_image_get_typeof(pointer, VIPS_META_ICC_NAME) != 0 }
    var orientation: Orientation { Orientation(tag: Int(vips_image_get_orientation(pointer))) }

    /// The image in 8-bit RGB: 3 bands. Nothing where its colours cannot be understood.
    func inRGB(by rules: PictureRules) -> LazyImage? {
        switch rules {
        case .display: inSRGB()
        case .transformers: inPillowsRGB()
        }
    }

    /// The image as Pillow and transformers' `convert_to_rgb` have it: no profile applied, transparency on white.
    private func inPillowsRGB() -> LazyImage? {
        let interpretation = vips_image_guess_interpretation(pointer)
        if interpretation == VIPS_INTERPRETATION_CMYK { return inRGBFromInks() }
        guard vips_image_get_format(pointer) == VIPS_FORMAT_USHORT else {
            guard let colours = LazyImage(cvips_srgb(pointer)) else { return nil }
            return onWhite(colours)
        }
        // Of 16 bits the upper 8; but greys without transparency are clipped.
        let isClipped = bandCount == 1
        guard let bytes = LazyImage(isClipped ? cvips_clipped_to_bytes(pointer) : cvips_in_bytes(pointer)),
            let meant = LazyImage(
                cvips_copy_as(bytes.pointer, bandCount < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB)),
            let colours = LazyImage(cvips_srgb(meant.pointer))
        else { return nil }
        return onWhite(colours)
    }

    /// The image in 8-bit sRGB on white: 3 bands.
    private func inSRGB() -> LazyImage? {
        guard let converted = converted() else { return nil }
        return onWhite(converted)
    }

    /// An image in 8-bit sRGB without its further bands, transparency laid over white.
    private func onWhite(_ converted: consuming LazyImage) -> LazyImage? {
        guard converted.hasAlpha || converted.bandCount > 3 else { return converted }
        guard converted.hasAlpha else { return LazyImage(cvips_extract_bands(converted.pointer, 0, 3)) }
        return LazyImage(cvips_flatten_on_white(converted.pointer))
    }

    /// The image in 8-bit sRGB, with what extra bands it has: by its colour profile if that is a usable one.
    private func converted() -> LazyImage? {
        if hasColourProfile, let image = LazyImage(cvips_srgb_by_profile(pointer)) { return image }
        let interpretation = vips_image_guess_interpretation(pointer)
        if interpretation == VIPS_INTERPRETATION_CMYK { return inRGBFromInks() }
        if interpretation == VIPS_INTERPRETATION_sRGB, vips_image_get_format(pointer) == VIPS_FORMAT_UCHAR {
            return LazyImage(cvips_copy_as(pointer, interpretation))
        }
        return LazyImage(cvips_srgb(pointer))
    }

    /// CMYK without a profile, as Pillow takes it: each colour is (255 − ink) × (255 − black) ÷ 255.
    private func inRGBFromInks() -> LazyImage? {
        guard let bytes = LazyImage(cvips_in_bytes(pointer)), let light = LazyImage(cvips_invert(bytes.pointer)),
            let colours = LazyImage(cvips_extract_bands(light.pointer, 0, 3)),
            let black = LazyImage(cvips_extract_bands(light.pointer, 3, 1)),
            let mixed = LazyImage(cvips_multiply_fractions(colours.pointer, black.pointer))
        else { return nil }
        return LazyImage(cvips_copy_as(mixed.pointer, VIPS_INTERPRETATION_sRGB))
    }

    /// Decodes the image and hands its rows, 3 bytes a pixel, to `take`, from the top. Blocks. False where the decoder
    /// gives up, where the task is cancelled, or where the image is not 8-bit RGB.
    ///
    /// The rows are computed a strip at a time, on the calling thread: a large picture is never in memory as a whole
    /// where its format can be read from top to bottom.
    func forEachRow(_ take: (UnsafePointer<UInt8>) -> Void) -> Bool {
        guard bandCount == 3, vips_image_get_format(pointer) == VIPS_FORMAT_UCHAR,
            let region = vips_region_new(pointer)
        else { return false }
        defer { g_object_unref(region) }
        for top in stride(from: 0, to: height, by: Self.stripHeight) {
            let rowCount = min(Self.stripHeight, height - top)
            var strip = VipsRect(left: 0, top: Int32(top), width: Int32(width), height: Int32(rowCount))
            guard !Task.isCancelled, vips_region_prepare(region, &strip) == 0 else {
                vips_error_clear()
                return false
            }
            for y in top..<top + rowCount {
                take(cvips_region_row(region, Int32(y)))
            }
        }
        return true
    }

    /// How many rows are decoded at a time: a whole number of JPEG blocks.
    private static let stripHeight = 64
}
