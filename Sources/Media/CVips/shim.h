// The variadic calls of libvips that Swift cannot import, one plain function for each.
// Each returns a new image that the caller releases with g_object_unref, or NULL; the images passed in are borrowed.

#ifndef CVIPS_SHIM_H
#define CVIPS_SHIM_H

#include <vips/vips.h>

/// Swallows libvips' warnings, which it would print to standard error: a refused picture is an error of ours instead.
static inline void cvips_discard_message(
    const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer context) {}

static inline void cvips_silence(void) {
    g_log_set_handler(
        "VIPS", (GLogLevelFlags)(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG),
        cvips_discard_message, NULL);
}

/// Opens `count` bytes with the operation `loader` ("pngload_buffer"): reads the header only, pixels follow on demand.
/// The bytes are not copied and must outlive the image. `shrink` is 1, 2, 4 or 8, and only JPEG takes more than 1.
static inline VipsImage *cvips_open(
    const char *loader, const void *bytes, size_t count, int shrink, VipsFailOn fail_on) {
    VipsImage *image = NULL;
    VipsBlob *blob = vips_blob_new(NULL, bytes, count);
    int status = shrink > 1
        ? vips_call(loader, blob, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, "shrink", shrink, NULL)
        : vips_call(loader, blob, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
    vips_area_unref(VIPS_AREA(blob));
    return status == 0 ? image : NULL;
}

/// To 8-bit sRGB by the colour profile inside the picture.
static inline VipsImage *cvips_srgb_by_profile(VipsImage *image) {
    VipsImage *result = NULL;
    int status = vips_icc_transform(
        image, &result, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_PERCEPTUAL, "depth", 8, NULL);
    return status == 0 ? result : NULL;
}

/// To 8-bit sRGB by the colour space that the picture's header names.
static inline VipsImage *cvips_srgb(VipsImage *image) {
    VipsImage *result = NULL, *unpacked = NULL;
    // Of packed CIELAB libvips looks colours up in a table of 64 steps a channel, unless it is unpacked first.
    if (image->Coding == VIPS_CODING_LABQ && vips_LabQ2Lab(image, &unpacked, NULL) != 0) return NULL;
    int failed = vips_colourspace(unpacked != NULL ? unpacked : image, &result, VIPS_INTERPRETATION_sRGB, NULL);
    if (unpacked != NULL) g_object_unref(unpacked);
    return failed ? NULL : result;
}

/// An 8-bit picture with its transparency laid over white.
static inline VipsImage *cvips_flatten_on_white(VipsImage *image) {
    VipsImage *result = NULL;
    VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
    int status = vips_flatten(image, &result, "background", white, NULL);
    vips_area_unref(VIPS_AREA(white));
    return status == 0 ? result : NULL;
}

static inline VipsImage *cvips_extract_bands(VipsImage *image, int first, int count) {
    VipsImage *result = NULL;
    return vips_extract_band(image, &result, first, "n", count, NULL) == 0 ? result : NULL;
}

/// 8 bits a channel: the upper byte of 16 bits.
static inline VipsImage *cvips_in_bytes(VipsImage *image) {
    VipsImage *result = NULL;
    return vips_cast(image, &result, VIPS_FORMAT_UCHAR, "shift", TRUE, NULL) == 0 ? result : NULL;
}

/// 8 bits a channel: the same values, those above 255 as 255.
static inline VipsImage *cvips_clipped_to_bytes(VipsImage *image) {
    VipsImage *result = NULL;
    return vips_cast(image, &result, VIPS_FORMAT_UCHAR, NULL) == 0 ? result : NULL;
}

static inline VipsImage *cvips_invert(VipsImage *image) {
    VipsImage *result = NULL;
    return vips_invert(image, &result, NULL) == 0 ? result : NULL;
}

/// left × right ÷ 255, rounded, as 8 bits. One band on the right serves all of the left.
static inline VipsImage *cvips_multiply_fractions(VipsImage *left, VipsImage *right) {
    VipsImage *product = NULL;
    VipsImage *result = NULL;
    if (vips_multiply(left, right, &product, NULL) != 0) return NULL;
    int status = vips_linear1(product, &result, 1.0 / 255.0, 0.5, "uchar", TRUE, NULL);
    g_object_unref(product);
    return status == 0 ? result : NULL;
}

static inline VipsImage *cvips_copy_as(VipsImage *image, VipsInterpretation interpretation) {
    VipsImage *result = NULL;
    return vips_copy(image, &result, "interpretation", interpretation, NULL) == 0 ? result : NULL;
}

/// An image of 8-bit pixels, which must outlive it, with a copy of its colour profile, where it has one.
static inline VipsImage *cvips_of_memory(
    const void *pixels, size_t count, int width, int height, int bands, VipsInterpretation interpretation,
    const void *profile, size_t profile_count) {
    VipsImage *image = vips_image_new_from_memory(pixels, count, width, height, bands, VIPS_FORMAT_UCHAR);
    if (image == NULL) return NULL;
    image->Type = interpretation;
    if (profile_count > 0) vips_image_set_blob_copy(image, VIPS_META_ICC_NAME, profile, profile_count);
    return image;
}

/// The first byte of row `y` of a prepared region that starts at the left edge.
static inline const unsigned char *cvips_region_row(VipsRegion *region, int y) {
    return VIPS_REGION_ADDR(region, 0, y);
}

/// Writes `count` bytes of 8-bit sRGB pixels, 3 bytes each, as a JPEG without metadata. The caller releases `file` with
/// g_free. 0 where that went well.
static inline int cvips_write_jpeg(
    const void *pixels, size_t count, int width, int height, int quality, void **file, size_t *length) {
    VipsImage *image = vips_image_new_from_memory(pixels, count, width, height, 3, VIPS_FORMAT_UCHAR);
    if (image == NULL) return -1;
    image->Type = VIPS_INTERPRETATION_sRGB;
    int status = vips_jpegsave_buffer(
        image, file, length, "Q", quality, "optimize_coding", TRUE, "interlace", TRUE, "strip", TRUE,
        "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_ON, NULL);
    g_object_unref(image);
    return status;
}

#endif
