// What libvips does not tell: of which kind libjpeg's warnings about a file are, and how the samples of a TIFF are laid
// out and meant. Only files that need it come here; libvips reads the others.

#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What libjpeg says about a file, read to its end.
typedef enum {
    /// Every block of the picture has its data, whatever libjpeg warned of.
    CJPEG_READABLE,
    /// A kind of JPEG that libjpeg does not decode: 12 bits, lossless, hierarchical.
    CJPEG_UNSUPPORTED,
    /// The bytes end before the picture does.
    CJPEG_CUT_OFF,
    /// libjpeg gave up.
    CJPEG_DAMAGED,
} cjpeg_verdict;

typedef struct {
    cjpeg_verdict verdict;
    /// The part of the picture, 0 to 1, for which the coded data ran out, so that the decoder invented it.
    double missing_share;
} cjpeg_report;

/// Decodes a JPEG, keeps nothing of it, and says what its warnings mean. Blocks.
///
/// With `header_only` it stops before the first scan, and allocates nothing by the size that the header claims.
cjpeg_report cjpeg_examine(const uint8_t *bytes, size_t count, int header_only);

/// A TIFF file in memory; the bytes are borrowed and must outlive it.
typedef struct ctiff ctiff;

/// The first directory of a TIFF, tags as TIFF 6.0 numbers their values.
typedef struct {
    uint32_t width, height;
    /// Of a tile; of a strip, which is as wide as the picture, where it is not tiled.
    uint32_t chunk_width, chunk_height;
    /// How many bytes a decoded tile or strip has, and one of its rows.
    uint64_t chunk_bytes, chunk_row_bytes;
    uint16_t bits, sample_format, samples, photometric, compression, orientation, ink_set;
    uint16_t extra_count;
    /// What the first extra samples are: 1 and 2 are transparency.
    uint16_t extras[4];
    int is_tiled, is_planar;
    /// Whether this libtiff has a decoder for the compression.
    int is_decodable;
    /// Whether libtiff itself can turn it into 8-bit RGBA.
    int has_rgba;
    /// The colour profile, borrowed from the file; NULL where there is none.
    const void *profile;
    uint32_t profile_bytes;
} ctiff_layout;

/// Opens a file and reads its first directory; NULL where that cannot be done.
ctiff *ctiff_open(const void *bytes, size_t count);
void ctiff_close(ctiff *file);
ctiff_layout ctiff_read_layout(ctiff *file);

/// Whether all strips or tiles of the first directory lie within the file.
int ctiff_is_whole(ctiff *file);

/// Decodes the strip or tile that holds pixel (x, y) of the plane `sample` into `buffer`. 0 where that went well.
int ctiff_read_chunk(ctiff *file, uint32_t x, uint32_t y, uint16_t sample, void *buffer, uint64_t count);

/// Decodes the whole picture into `raster`, width × height pixels of red, green, blue and transparency, as stored.
/// 0 where that went well.
int ctiff_read_rgba(ctiff *file, uint32_t *raster);

/// Widens `count` samples of `bits` each, from `row` on, to floats.
void ctiff_unpack(const uint8_t *row, size_t count, int bits, int sample_format, float *values);

#ifdef __cplusplus
}
#endif

#endif
