// Stands in for Sources/Runtime/CKernels/kernel_avxvnni.c on processors that have AVX2 but no AVX-VNNI: the same tile, and
// a dot product that gives the same sums.

#include "internal.h"

#include <immintrin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// Sums of four products of unsigned and signed bytes, as vpdpbusd has them.
static inline __attribute__((always_inline)) __m256i dot(__m256i sum, __m256i weights, __m256i inputs) {
    const __m256i even = _mm256_madd_epi16(
        _mm256_and_si256(weights, _mm256_set1_epi16(255)), _mm256_srai_epi16(_mm256_slli_epi16(inputs, 8), 8));
    const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(weights, 8), _mm256_srai_epi16(inputs, 8));
    return _mm256_add_epi32(sum, _mm256_add_epi32(even, odd));
}

#define DOT(sum, weights, input, bits) dot(sum, weights, input)
#define DOT_NEEDS_CORRECTION(bits) true
#include "kernel_avx2.h"

#pragma clang attribute pop

static bool runs_here(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const QLinearKernel qlinear_avxvnni = {
    .name = "AVX-VNNI, emulated", .most_rows = ROWS, .runs_here = runs_here, .multiply = multiply, .quantize = quantize,
    .attend = attend, .attend_cached = attend_cached, .peak = peak};
