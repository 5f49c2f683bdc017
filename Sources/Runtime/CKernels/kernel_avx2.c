// Kernels for processors with AVX2, nearly all since 2013.

#include "internal.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// Four products of bytes, summed up. `maddubs` adds two of them in 16 bits: 4-bit weights always fit; of 8-bit ones the
/// sign goes to the other side, and 127 · 127 · 2 fits.
static inline __attribute__((always_inline)) __m256i dot(
    __m256i sum, __m256i weights, __m256i input, const int bits) {
    const __m256i pairs =
        bits == 4 ? _mm256_maddubs_epi16(weights, input)
                  : _mm256_maddubs_epi16(
                        _mm256_abs_epi8(input),
                        _mm256_sign_epi8(_mm256_xor_si256(weights, _mm256_set1_epi8(-128)), input));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

#define DOT(sum, weights, input, bits) dot(sum, weights, input, bits)
#define DOT_NEEDS_CORRECTION(bits) ((bits) == 4)
#include "kernel_avx2.h"

#pragma clang attribute pop

static bool runs_here(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

const QLinearKernel qlinear_avx2 = {
    .name = "AVX2", .most_rows = ROWS, .runs_here = runs_here, .multiply = multiply, .quantize = quantize,
    .attend = attend, .attend_cached = attend_cached, .attend_crossed = attend_crossed, .peak = peak};

#endif
