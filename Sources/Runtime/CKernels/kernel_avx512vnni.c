// Kernels for processors with AVX-512 VNNI: Intel from Ice Lake on, AMD from Zen 4 on.

#include "internal.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"))), apply_to = function)

#include "quantize.h"

#define TILE_ROWS 8
#define PAIRS 0
#include "attention_kernel.h"

/// Rows of a tile: 6 × 2 sums of integers, as many of floats, two vectors of weights that 4 bits make four, one of inputs and
/// a mask fill the 32 registers. More rows would load weights less often, and the floats from memory; that is slower.
enum { ROWS = 6 };

/// How far ahead the first-level cache is filled, in bytes. The processor itself foresees the weights, whole lines one after
/// another, but not the inputs between them; and not weights across pages as fast as three or four rows with 4 bits use them up.
enum { INPUTS_AHEAD = 512, WEIGHTS_AHEAD = 4096 };

VECTOR void fetch(const void *bytes, const int count) {
    for (int line = 0; line < count; line += 64) _mm_prefetch((const char *)bytes + line, _MM_HINT_T0);
}

VECTOR __m512 scales(const uint8_t *place) {
    const __m256i halves = _mm256_loadu_si256((const __m256i *)place);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

/// Adds four inputs of each row to the sums.
VECTOR const int8_t *step(
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

/// Adds eight inputs of each row, and moves on behind them.
VECTOR void add_eight(
    const int rows, const int bits, __m512i sums[][2], const uint8_t **weights, const int8_t **values) {
    const __m512i first = _mm512_load_si512(*weights), second = _mm512_load_si512(*weights + 64);
    if (bits == 8) {
        *values = step(rows, sums, first, second, *values);
        *values = step(rows, sums, _mm512_load_si512(*weights + 128), _mm512_load_si512(*weights + 192), *values);
    } else {
        const __m512i low = _mm512_set1_epi8(15);
        *values = step(rows, sums, _mm512_and_si512(first, low), _mm512_and_si512(second, low), *values);
        *values = step(
            rows, sums, _mm512_and_si512(_mm512_srli_epi16(first, 4), low),
            _mm512_and_si512(_mm512_srli_epi16(second, 4), low), *values);
    }
    *weights += 32 * bits;
}

VECTOR void multiply_rows(const QLinearTile *tile, const int rows, const int bits) {
    const int64_t inputs = qlinear_padded_inputs(tile->shape), length = tile->shape.block;
    const uint8_t *weights = tile->panel;
    const int8_t *values = tile->rows.values;
    const float *row_scales = tile->rows.scales;
    const int32_t *corrections = tile->rows.corrections;
    __m512 totals[ROWS][2];
#pragma unroll
    for (int row = 0; row < rows; row++) totals[row][0] = totals[row][1] = _mm512_setzero_ps();

    for (int64_t start = 0; start < inputs; start += length) {
        const int64_t count = inputs - start < length ? inputs - start : length;
        __m512i sums[ROWS][2];
#pragma unroll
        for (int row = 0; row < rows; row++) sums[row][0] = sums[row][1] = _mm512_set1_epi32(corrections[row]);
        int64_t i = 0;
        for (; i + 32 <= count; i += 32) {
            fetch(values + INPUTS_AHEAD, 32 * rows);
            if (bits == 4 && rows >= 3 && rows < ROWS) fetch(weights + WEIGHTS_AHEAD, 32 * 4 * bits);
#pragma unroll
            for (int eight = 0; eight < 4; eight++) add_eight(rows, bits, sums, &weights, &values);
        }
        for (; i < count; i += 8) add_eight(rows, bits, sums, &weights, &values);
        const __m512 first = scales(weights), second = scales(weights + QLINEAR_PANEL);
        weights += 2 * QLINEAR_PANEL;
#pragma unroll
        for (int row = 0; row < rows; row++) {
            const __m512 scale = _mm512_set1_ps(row_scales[row]);
            const __m512 left = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[row][0]), first);
            const __m512 right = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[row][1]), second);
            totals[row][0] = _mm512_fmadd_ps(left, scale, totals[row][0]);
            totals[row][1] = _mm512_fmadd_ps(right, scale, totals[row][1]);
        }
        row_scales += rows;
        corrections += rows;
    }

    float finished[ROWS][QLINEAR_PANEL];
#pragma unroll
    for (int row = 0; row < rows; row++) {
        _mm512_storeu_ps(finished[row], totals[row][0]);
        _mm512_storeu_ps(finished[row] + LANES, totals[row][1]);
    }
    qlinear_finish(tile, rows, finished);
}

#define CASE(rows) \
    case rows: \
        if (tile->shape.bits == 8) multiply_rows(tile, rows, 8); \
        else multiply_rows(tile, rows, 4); \
        break

static void multiply(const QLinearTile *tile, int32_t rows) {
    switch (rows) {
        CASE(1); CASE(2); CASE(3); CASE(4); CASE(5); CASE(6);
    }
}

static void quantize(
    QLinearShape shape, const QLinearNorm *norm, const float *x, int32_t rows, QLinearRows out) {
    qlinear_quantize_rows(shape, norm, x, rows, out);
}

static double peak(int64_t rounds) {
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

/// Processors that multiply bfloat16 do so twice as fast as floats.
static bool attend_best(const AttentionCall *call, int64_t batch, int64_t head) {
    if (__builtin_cpu_supports("avx512bf16")) return attention_avx512bf16(call, batch, head);
    return attend(call, batch, head);
}

#pragma clang attribute pop

static bool runs_here(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma");
}

const QLinearKernel qlinear_avx512vnni = {
    .name = "AVX-512 VNNI", .most_rows = ROWS, .runs_here = runs_here, .multiply = multiply, .quantize = quantize,
    .attend = attend_best, .attend_cached = attend_cached, .attend_crossed = attend_crossed, .peak = peak};

#endif
