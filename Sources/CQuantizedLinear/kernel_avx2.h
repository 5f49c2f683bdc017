// The tile of 256-bit vectors, compiled twice: with AVX-VNNI's dot product, and with AVX2 alone.
//
// Who includes this defines TARGET, and DOT(sum, weights, input, bits): the sums of eight outputs with four inputs more.

#include <immintrin.h>

#include "quantize.h"

#define INLINE static inline __attribute__((always_inline))

/// Rows of a tile: 3 × 4 sums, a vector of weights and what the dot product needs fill the 16 registers.
enum { ROWS = 3 };

/// As in the kernel for AVX-512.
INLINE TARGET __m256 exponential(__m256 x) {
    const __m256 scaled = _mm256_mul_ps(_mm256_max_ps(x, _mm256_set1_ps(-87.0f)), _mm256_set1_ps(1.44269504f));
    const __m256 whole = _mm256_round_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m256 rest = _mm256_sub_ps(scaled, whole);
    __m256 sum = _mm256_set1_ps(1.52527338e-5f);
    sum = _mm256_fmadd_ps(sum, rest, _mm256_set1_ps(1.54035304e-4f));
    sum = _mm256_fmadd_ps(sum, rest, _mm256_set1_ps(1.33335581e-3f));
    sum = _mm256_fmadd_ps(sum, rest, _mm256_set1_ps(9.61812911e-3f));
    sum = _mm256_fmadd_ps(sum, rest, _mm256_set1_ps(5.55041087e-2f));
    sum = _mm256_fmadd_ps(sum, rest, _mm256_set1_ps(2.40226507e-1f));
    sum = _mm256_fmadd_ps(sum, rest, _mm256_set1_ps(6.93147181e-1f));
    sum = _mm256_fmadd_ps(sum, rest, _mm256_set1_ps(1.0f));
    const __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(whole), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(sum), exponent));
}

INLINE TARGET __m256 gelu(__m256 x) {
    const __m256 magnitude =
        _mm256_mul_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0f), x), _mm256_set1_ps(0.707106781f));
    const __m256 t = _mm256_div_ps(
        _mm256_set1_ps(1.0f), _mm256_fmadd_ps(magnitude, _mm256_set1_ps(0.3275911f), _mm256_set1_ps(1.0f)));
    __m256 sum = _mm256_set1_ps(1.061405429f);
    sum = _mm256_fmadd_ps(sum, t, _mm256_set1_ps(-1.453152027f));
    sum = _mm256_fmadd_ps(sum, t, _mm256_set1_ps(1.421413741f));
    sum = _mm256_fmadd_ps(sum, t, _mm256_set1_ps(-0.284496736f));
    sum = _mm256_fmadd_ps(sum, t, _mm256_set1_ps(0.254829592f));
    const __m256 falling = exponential(_mm256_fnmadd_ps(magnitude, magnitude, _mm256_setzero_ps()));
    const __m256 tail = _mm256_mul_ps(_mm256_mul_ps(_mm256_mul_ps(sum, t), falling), _mm256_set1_ps(0.5f));
    // The sign of x chooses.
    return _mm256_mul_ps(x, _mm256_blendv_ps(_mm256_sub_ps(_mm256_set1_ps(1.0f), tail), tail, x));
}

INLINE TARGET __m256 activated(__m256 value, int32_t activation) {
    switch (activation) {
    case QLINEAR_RELU: return _mm256_max_ps(value, _mm256_setzero_ps());
    case QLINEAR_GELU: return gelu(value);
    default: return value;
    }
}

INLINE TARGET __m256 scales(const uint8_t *place) {
    const __m128i halves = _mm_loadu_si128((const __m128i *)place);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}

/// Adds four inputs of each row to the sums; `shift` says which half of 4-bit weights they meet.
INLINE TARGET const int8_t *step(
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

INLINE TARGET void multiply_rows(const QLinearTile *tile, const int rows, const int bits) {
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

    _Alignas(32) float bias[QLINEAR_PANEL] = {0};
    if (tile->bias) memcpy(bias, tile->bias, sizeof(float) * (size_t)tile->columns);
    for (int row = 0; row < rows; row++) {
        for (int column = 0; column < tile->columns; column += 8) {
            const __m256 sum = _mm256_add_ps(_mm256_load_ps(totals[row] + column), _mm256_load_ps(bias + column));
            _mm256_store_ps(totals[row] + column, activated(sum, tile->activation));
        }
        float *y = tile->y + row * tile->stride;
        const float *residual = tile->residual ? tile->residual + row * tile->stride : NULL;
        for (int column = 0; column < tile->columns; column++) {
            y[column] = residual ? totals[row][column] + residual[column] : totals[row][column];
        }
    }
}

#define CASE(rows) \
    case rows: \
        if (tile->shape.bits == 8) multiply_rows(tile, rows, 8); \
        else multiply_rows(tile, rows, 4); \
        break

TARGET static void multiply(const QLinearTile *tile, int32_t rows) {
    switch (rows) {
        CASE(1); CASE(2); CASE(3);
    }
}

TARGET static void quantize(
    QLinearShape shape, const float *x, int32_t rows, int8_t *values, float *scales, int32_t *corrections) {
    qlinear_quantize_rows(shape, x, rows, values, scales, corrections);
}

TARGET static double peak(int64_t rounds) {
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
