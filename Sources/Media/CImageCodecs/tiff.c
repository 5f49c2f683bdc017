#include "CImageCodecs.h"

#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

struct ctiff {
    TIFF *tiff;
    const uint8_t *bytes;
    size_t count;
    size_t position;
};

static tmsize_t read_bytes(thandle_t handle, void *buffer, tmsize_t count) {
    ctiff *file = handle;
    if (count <= 0 || file->position >= file->count) return 0;
    size_t taken = (size_t)count < file->count - file->position ? (size_t)count : file->count - file->position;
    memcpy(buffer, file->bytes + file->position, taken);
    file->position += taken;
    return (tmsize_t)taken;
}

static tmsize_t write_nothing(thandle_t handle, void *buffer, tmsize_t count) {
    (void)handle, (void)buffer, (void)count;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    ctiff *file = handle;
    size_t base = whence == SEEK_CUR ? file->position : whence == SEEK_END ? file->count : 0;
    file->position = base + (size_t)offset;
    return file->position;
}

static int close_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle) { return ((ctiff *)handle)->count; }

static int map_bytes(thandle_t handle, void **base, toff_t *size) {
    ctiff *file = handle;
    *base = (void *)file->bytes;
    *size = file->count;
    return 1;
}

static void unmap_nothing(thandle_t handle, void *base, toff_t size) { (void)handle, (void)base, (void)size; }

#if TIFFLIB_VERSION >= 20221213
static int stay_silent(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    (void)tiff, (void)user, (void)module, (void)format, (void)arguments;
    return 1;
}
#endif

ctiff *ctiff_open(const void *bytes, size_t count) {
    ctiff *file = calloc(1, sizeof *file);
    if (file == NULL) return NULL;
    file->bytes = bytes;
    file->count = count;
#if TIFFLIB_VERSION >= 20221213
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetErrorHandlerExtR(options, stay_silent, NULL);
    TIFFOpenOptionsSetWarningHandlerExtR(options, stay_silent, NULL);
    file->tiff = TIFFClientOpenExt(
        "picture", "r", file, read_bytes, write_nothing, seek, close_nothing, size_of, map_bytes, unmap_nothing, options);
    TIFFOpenOptionsFree(options);
#else
    // libvips has set handlers that print nothing.
    file->tiff = TIFFClientOpen(
        "picture", "r", file, read_bytes, write_nothing, seek, close_nothing, size_of, map_bytes, unmap_nothing);
#endif
    if (file->tiff == NULL) {
        free(file);
        return NULL;
    }
    return file;
}

void ctiff_close(ctiff *file) {
    TIFFClose(file->tiff);
    free(file);
}

static uint16_t short_tag(TIFF *tiff, uint32_t tag) {
    uint16_t value = 0;
    return TIFFGetFieldDefaulted(tiff, tag, &value) ? value : 0;
}

static uint32_t long_tag(TIFF *tiff, uint32_t tag) {
    uint32_t value = 0;
    return TIFFGetField(tiff, tag, &value) ? value : 0;
}

int ctiff_is_whole(ctiff *file) {
    uint32_t chunks = TIFFIsTiled(file->tiff) ? TIFFNumberOfTiles(file->tiff) : TIFFNumberOfStrips(file->tiff);
    if (chunks > file->count) return 0;
    for (uint32_t chunk = 0; chunk < chunks; chunk++) {
        uint64_t start = TIFFGetStrileOffset(file->tiff, chunk);
        uint64_t length = TIFFGetStrileByteCount(file->tiff, chunk);
        if (start > file->count || length > file->count - start) return 0;
    }
    return 1;
}

ctiff_layout ctiff_read_layout(ctiff *file) {
    TIFF *tiff = file->tiff;
    ctiff_layout layout = {0};
    layout.width = long_tag(tiff, TIFFTAG_IMAGEWIDTH);
    layout.height = long_tag(tiff, TIFFTAG_IMAGELENGTH);
    layout.bits = short_tag(tiff, TIFFTAG_BITSPERSAMPLE);
    layout.sample_format = short_tag(tiff, TIFFTAG_SAMPLEFORMAT);
    layout.samples = short_tag(tiff, TIFFTAG_SAMPLESPERPIXEL);
    layout.compression = short_tag(tiff, TIFFTAG_COMPRESSION);
    layout.orientation = short_tag(tiff, TIFFTAG_ORIENTATION);
    layout.ink_set = short_tag(tiff, TIFFTAG_INKSET);
    layout.is_planar = short_tag(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
    layout.is_tiled = TIFFIsTiled(tiff);
    layout.is_decodable = TIFFIsCODECConfigured(layout.compression);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.photometric))
        layout.photometric = layout.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    uint16_t count = 0;
    const uint16_t *extras = NULL;
    if (TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &count, &extras) && extras != NULL) {
        layout.extra_count = count;
        for (uint16_t index = 0; index < count && index < 4; index++) layout.extras[index] = extras[index];
    }
    const void *profile = NULL;
    if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &layout.profile_bytes, &profile)) layout.profile = profile;
    if (layout.is_tiled) {
        layout.chunk_width = long_tag(tiff, TIFFTAG_TILEWIDTH);
        layout.chunk_height = long_tag(tiff, TIFFTAG_TILELENGTH);
        layout.chunk_bytes = TIFFTileSize64(tiff);
        layout.chunk_row_bytes = TIFFTileRowSize64(tiff);
    } else {
        uint32_t rows = 0;
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
        layout.chunk_width = layout.width;
        layout.chunk_height = rows == 0 || rows > layout.height ? layout.height : rows;
        layout.chunk_bytes = TIFFVStripSize64(tiff, layout.chunk_height);
        layout.chunk_row_bytes = TIFFScanlineSize64(tiff);
    }
    char reason[1024];
    layout.has_rgba = TIFFRGBAImageOK(tiff, reason);
    return layout;
}

int ctiff_read_chunk(ctiff *file, uint32_t x, uint32_t y, uint16_t sample, void *buffer, uint64_t count) {
    tmsize_t taken;
    memset(buffer, 0, count);
    if (TIFFIsTiled(file->tiff))
        taken = TIFFReadEncodedTile(file->tiff, TIFFComputeTile(file->tiff, x, y, 0, sample), buffer, (tmsize_t)count);
    else
        taken = TIFFReadEncodedStrip(file->tiff, TIFFComputeStrip(file->tiff, y, sample), buffer, (tmsize_t)count);
    return taken < 0 ? -1 : 0;
}

int ctiff_read_rgba(ctiff *file, uint32_t *raster) {
    uint32_t width = long_tag(file->tiff, TIFFTAG_IMAGEWIDTH), height = long_tag(file->tiff, TIFFTAG_IMAGELENGTH);
    // Asked for as it is stored, so that nothing is turned here.
    uint16_t orientation = short_tag(file->tiff, TIFFTAG_ORIENTATION);
    return TIFFReadRGBAImageOriented(file->tiff, width, height, raster, orientation, 1) ? 0 : -1;
}

// IEEE 754 binary16.
static float of_half(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 0x1F, fraction = half & 0x3FF;
    float magnitude;
    if (exponent == 0) {
        magnitude = (float)fraction * 0x1p-24f;
    } else {
        uint32_t bits = (exponent == 0x1F ? 0xFFu : exponent + 112) << 23 | fraction << 13;
        memcpy(&magnitude, &bits, 4);
    }
    return sign ? -magnitude : magnitude;
}

#define WIDEN(type, convert)                                              \
    for (size_t index = 0; index < count; index++) {                      \
        type value;                                                       \
        memcpy(&value, row + index * sizeof value, sizeof value);         \
        values[index] = convert(value);                                   \
    }                                                                     \
    return

void ctiff_unpack(const uint8_t *row, size_t count, int bits, int sample_format, float *values) {
    if (sample_format == SAMPLEFORMAT_IEEEFP) {
        switch (bits) {
        case 16: WIDEN(uint16_t, of_half);
        case 32: WIDEN(float, );
        default: WIDEN(double, (float));
        }
    }
    int is_signed = sample_format == SAMPLEFORMAT_INT;
    switch (bits) {
    case 8:
        if (is_signed) { WIDEN(int8_t, ); }
        WIDEN(uint8_t, );
    case 16:
        if (is_signed) { WIDEN(int16_t, ); }
        WIDEN(uint16_t, );
    case 32:
        if (is_signed) { WIDEN(int32_t, (float)); }
        WIDEN(uint32_t, (float));
    case 64:
        if (is_signed) { WIDEN(int64_t, (float)); }
        WIDEN(uint64_t, (float));
    default: break;
    }
    // Packed without gaps, the highest bit first; libtiff puts only whole 8, 16, 32 and 64 bits in the machine's order,
    // and 24 of them.
    for (size_t index = 0; index < count; index++) {
        uint64_t value = 0;
        if (bits == 24) {
            uint32_t bytes = 0;
            memcpy(&bytes, row + 3 * index, 3);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
            bytes >>= 8;
#endif
            value = bytes;
        } else {
            size_t first = index * (size_t)bits;
            for (size_t bit = first; bit < first + (size_t)bits; bit++)
                value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1);
        }
        if (is_signed && value >> (bits - 1) & 1)
            values[index] = (float)((int64_t)value - ((int64_t)1 << bits));
        else
            values[index] = (float)value;
    }
}
