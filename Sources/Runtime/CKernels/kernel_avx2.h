// The tile of 256-bit vectors, compiled twice: with AVX-VNNI's dot product, and with AVX2 alone.
//
// Who includes this defines DOT_NEEDS_CORRECTION(bits), and DOT(sum, weights, input, bits): the sums of eight outputs with four inputs more.

#include "quantize.h"

#define TILE_ROWS 3
#define PAIRS 0
#include "attention_kernel.h"

/// Rows of a tile: 3 × 4 sums, a vector of weights and what the dot product needs fill the 16 registers.
enum { ROWS = 3 };

VECTOR __m256 scales(const uint8_t *place) {
    const __m128i halves = _mm_loadu_si128((const __m128i *)place);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}

/// Adds four inputs of each row to the sums; `shift` says which half of 4-bit weights they meet.
VECTOR const int8_t *step(
    const int rows, const int bits, const int shift, __m256i sums[][4], const uint8_t *weights,
    const int8_t *inputs) {
#pragma unroll
    for (int quarter = 0; quarter < 4; quarter++) {
        __m256i weight = _mm256_loadu_si256((const __m256i *)(weights + 32 * quarter));
        if (bits == 4) weight = _mm256_and_si256(_mm256_srli_epi16(weight, shift), _mm256_set1_epi8(15));
#pragma unroll
        for (int row = 0; row < rows; row++) {
            int32_t four;
            memcpy(&four, inputs + 4 * row, sizeof four);
            sums[row][quarter] = DOT(sums[row][quarter], weight, _mm256_set1_epi32(four), bits);
        }
    }
    return inputs + 4 * rows;
}

VECTOR void multiply_rows(const QLinearTile *tile, const int rows, const int bits) {
    const int64_t inputs = qlinear_padded_inputs(tile->shape), length = tile->shape.block;
    const uint8_t *weights = tile->panel;
    const int8_t *values = tile->rows.values;
    const float *row_scales = tile->rows.scales;
    const int32_t *corrections = tile->rows.corrections;
    _Alignas(32) float totals[ROWS][QLINEAR_PANEL] = {{0}};

    for (int64_t start = 0; start < inputs; start += length) {
        const int64_t count = inputs - start < length ? inputs - start : length;
        __m256i sums[ROWS][4];
#pragma unroll
        for (int row = 0; row < rows; row++) {
#pragma unroll
            for (int quarter = 0; quarter < 4; quarter++) {
                sums[row][quarter] = _mm256_set1_epi32(DOT_NEEDS_CORRECTION(bits) ? corrections[row] : 0);
            }
        }
        for (int64_t i = 0; i < count; i += bits == 8 ? 4 : 8, weights += 4 * QLINEAR_PANEL) {
            values = step(rows, bits, 0, sums, weights, values);
            if (bits == 4) values = step(rows, bits, 4, sums, weights, values);
        }
        for (int row = 0; row < rows; row++) {
            const __m256 scale = _mm256_set1_ps(row_scales[row]);
            for (int quarter = 0; quarter < 4; quarter++) {
                float *total = totals[row] + 8 * quarter;
                const __m256 sum = _mm256_mul_ps(_mm256_cvtepi32_ps(sums[row][quarter]), scales(weights + 16 * quarter));
                _mm256_store_ps(total, _mm256_fmadd_ps(sum, scale, _mm256_load_ps(total)));
            }
        }
        weights += 2 * QLINEAR_PANEL;
        row_scales += rows;
        corrections += rows;
    }

    qlinear_finish(tile, rows, totals);
}

#define CASE(rows) \
    case rows: \
        if (tile->shape.bits == 8) multiply_rows(tile, rows, 8); \
        else multiply_rows(tile, rows, 4); \
        break

static void multiply(const QLinearTile *tile, int32_t rows) {
    switch (rows) {
        CASE(1); CASE(2); CASE(3);
    }
}

static void quantize(
    QLinearShape shape, const QLinearNorm *norm, const float *x, int32_t rows, QLinearRows out) {
    qlinear_quantize_rows(shape, norm, x, rows, out);
}

static double peak(int64_t rounds) {
    __m256i sums[12];
    for (int i = 0; i < 12; i++) sums[i] = _mm256_set1_epi32(i);
    __m256i left = _mm256_set1_epi8(3), right = _mm256_set1_epi8(5);
    for (int64_t round = 0; round < rounds; round++) {
        __asm__ volatile("" : "+x"(left), "+x"(right));
#pragma unroll
        for (int i = 0; i < 12; i++) sums[i] = DOT(sums[i], left, right, 8);
    }
    for (int i = 0; i < 12; i++) __asm__ volatile("" : : "x"(sums[i]));
    return (double)rounds * 12 * 32 * 2;
}
