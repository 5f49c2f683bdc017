// Kernels for processors with AVX-512 VNNI: Intel from Ice Lake on, AMD from Zen 4 on.

#include "internal.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "quantize.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")))
#define INLINE static inline __attribute__((always_inline))

/// Rows of a tile: 12 × 2 sums, two vectors of weights, one of inputs and a mask fill the 32 registers.
enum { ROWS = QLINEAR_MOST_ROWS };

/// e^x for x ≤ 0: 2^n · 2^f with |f| ≤ ½, and the Taylor series of 2^f up to the seventh power.
INLINE TARGET __m512 exponential(__m512 x) {
    const __m512 scaled = _mm512_mul_ps(_mm512_max_ps(x, _mm512_set1_ps(-87.0f)), _mm512_set1_ps(1.44269504f));
    const __m512 whole = _mm512_roundscale_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512 rest = _mm512_sub_ps(scaled, whole);
    __m512 sum = _mm512_set1_ps(1.52527338e-5f);
    sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(1.54035304e-4f));
    sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(1.33335581e-3f));
    sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(9.61812911e-3f));
    sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(5.55041087e-2f));
    sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(2.40226507e-1f));
    sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(6.93147181e-1f));
    sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(1.0f));
    return _mm512_scalef_ps(sum, whole);
}

/// x · Φ(x), with the error function of Abramowitz & Stegun 7.1.26, which is right to 1.5e-7.
INLINE TARGET __m512 gelu(__m512 x) {
    const __m512 magnitude = _mm512_mul_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.707106781f));
    const __m512 t = _mm512_div_ps(
        _mm512_set1_ps(1.0f), _mm512_fmadd_ps(magnitude, _mm512_set1_ps(0.3275911f), _mm512_set1_ps(1.0f)));
    __m512 sum = _mm512_set1_ps(1.061405429f);
    sum = _mm512_fmadd_ps(sum, t, _mm512_set1_ps(-1.453152027f));
    sum = _mm512_fmadd_ps(sum, t, _mm512_set1_ps(1.421413741f));
    sum = _mm512_fmadd_ps(sum, t, _mm512_set1_ps(-0.284496736f));
    sum = _mm512_fmadd_ps(sum, t, _mm512_set1_ps(0.254829592f));
    const __m512 falling = exponential(_mm512_fnmadd_ps(magnitude, magnitude, _mm512_setzero_ps()));
    // Φ(−|x|) is half of that; Φ(|x|) is the rest to one.
    const __m512 tail = _mm512_mul_ps(_mm512_mul_ps(_mm512_mul_ps(sum, t), falling), _mm512_set1_ps(0.5f));
    const __mmask16 negative = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
    return _mm512_mul_ps(x, _mm512_mask_blend_ps(negative, _mm512_sub_ps(_mm512_set1_ps(1.0f), tail), tail));
}

INLINE TARGET __m512 activated(__m512 value, int32_t activation) {
    switch (activation) {
    case QLINEAR_RELU: return _mm512_max_ps(value, _mm512_setzero_ps());
    case QLINEAR_GELU: return gelu(value);
    default: return value;
    }
}

INLINE TARGET __m512 scales(const uint8_t *place) {
    const __m256i halves = _mm256_loadu_si256((const __m256i *)place);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

/// Adds four inputs of each row to the sums.
INLINE TARGET const int8_t *step(
    const int rows, __m512i sums[][2], __m512i first, __m512i second, const int8_t *inputs) {
#pragma unroll
    for (int row = 0; row < rows; row++) {
        int32_t four;
        memcpy(&four, inputs + 4 * row, sizeof four);
        const __m512i input = _mm512_set1_epi32(four);
        sums[row][0] = _mm512_dpbusd_epi32(sums[row][0], first, input);
        sums[row][1] = _mm512_dpbusd_epi32(sums[row][1], second, input);
    }
    return inputs + 4 * rows;
}

INLINE TARGET void multiply_rows(const QLinearTile *tile, const int rows, const int bits) {
    const int64_t inputs = qlinear_padded_inputs(tile->shape), length = tile->shape.block;
    const __m512i low = _mm512_set1_epi8(15);
    const __mmask16 masks[2] = {
        (__mmask16)(tile->columns >= 16 ? 0xFFFF : (1u << tile->columns) - 1),
        (__mmask16)(tile->columns > 16 ? (1u << (tile->columns - 16)) - 1 : 0)};
    const uint8_t *weights = tile->panel;
    const int8_t *values = tile->rows.values;
    const float *row_scales = tile->rows.scales;
    const int32_t *corrections = tile->rows.corrections;
    _Alignas(64) float totals[ROWS][2][16];

    for (int64_t start = 0; start < inputs; start += length) {
        const int64_t count = inputs - start < length ? inputs - start : length;
        __m512i sums[ROWS][2];
#pragma unroll
        for (int row = 0; row < rows; row++) sums[row][0] = sums[row][1] = _mm512_set1_epi32(corrections[row]);
        if (bits == 8) {
            for (int64_t i = 0; i < count; i += 4, weights += 128) {
                values = step(rows, sums, _mm512_load_si512(weights), _mm512_load_si512(weights + 64), values);
            }
        } else {
            for (int64_t i = 0; i < count; i += 8, weights += 128) {
                const __m512i first = _mm512_load_si512(weights), second = _mm512_load_si512(weights + 64);
                values = step(rows, sums, _mm512_and_si512(first, low), _mm512_and_si512(second, low), values);
                values = step(
                    rows, sums, _mm512_and_si512(_mm512_srli_epi16(first, 4), low),
                    _mm512_and_si512(_mm512_srli_epi16(second, 4), low), values);
            }
        }
        const __m512 first = scales(weights), second = scales(weights + QLINEAR_PANEL);
        weights += 2 * QLINEAR_PANEL;
#pragma unroll
        for (int row = 0; row < rows; row++) {
            const __m512 scale = _mm512_set1_ps(row_scales[row]);
            __m512 left = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[row][0]), first);
            __m512 right = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[row][1]), second);
            const bool is_first = start == 0;
            left = _mm512_fmadd_ps(left, scale, is_first ? _mm512_setzero_ps() : _mm512_load_ps(totals[row][0]));
            right = _mm512_fmadd_ps(right, scale, is_first ? _mm512_setzero_ps() : _mm512_load_ps(totals[row][1]));
            _mm512_store_ps(totals[row][0], left);
            _mm512_store_ps(totals[row][1], right);
        }
        row_scales += rows;
        corrections += rows;
    }

    for (int half = 0; half < 2; half++) {
        const __mmask16 mask = masks[half];
        if (mask == 0) continue;
        const __m512 bias =
            tile->bias ? _mm512_maskz_loadu_ps(mask, tile->bias + 16 * half) : _mm512_setzero_ps();
        for (int row = 0; row < rows; row++) {
            const int64_t place = row * tile->stride + 16 * half;
            __m512 value = activated(_mm512_add_ps(_mm512_load_ps(totals[row][half]), bias), tile->activation);
            if (tile->residual) value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, tile->residual + place));
            _mm512_mask_storeu_ps(tile->y + place, mask, value);
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
        CASE(1); CASE(2); CASE(3); CASE(4); CASE(5); CASE(6); CASE(7); CASE(8); CASE(9); CASE(10); CASE(11); CASE(12);
    }
}

TARGET static void quantize(
    QLinearShape shape, const float *x, int32_t rows, int8_t *values, float *scales, int32_t *corrections) {
    qlinear_quantize_rows(shape, x, rows, values, scales, corrections);
}

TARGET static double peak(int64_t rounds) {
    __m512i sums[24];
    for (int i = 0; i < 24; i++) sums[i] = _mm512_set1_epi32(i);
    __m512i left = _mm512_set1_epi8(3), right = _mm512_set1_epi8(5);
    for (int64_t round = 0; round < rounds; round++) {
        __asm__ volatile("" : "+v"(left), "+v"(right));
#pragma unroll
        for (int i = 0; i < 24; i++) sums[i] = _mm512_dpbusd_epi32(sums[i], left, right);
    }
    for (int i = 0; i < 24; i++) __asm__ volatile("" : : "v"(sums[i]));
    return (double)rounds * 24 * 64 * 2;
}

static bool runs_here(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma");
}

const QLinearKernel qlinear_avx512vnni = {
    .name = "AVX-512 VNNI", .most_rows = ROWS, .runs_here = runs_here, .multiply = multiply, .quantize = quantize,
    .peak = peak};

#endif
