// Kernels for processors with dot products in 256-bit vectors: Intel from Alder Lake on, AMD from Zen 5 on.

#include "internal.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)

#define DOT(sum, weights, input, bits) _mm256_dpbusd_avx_epi32(sum, weights, input)
#define DOT_NEEDS_CORRECTION(bits) true
#include "kernel_avx2.h"

#pragma clang attribute pop

static bool runs_here(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("avxvnni");
}

const QLinearKernel qlinear_avxvnni = {
    .name = "AVX-VNNI", .most_rows = ROWS, .runs_here = runs_here, .multiply = multiply, .quantize = quantize,
    .attend = attend, .attend_cached = attend_cached, .attend_crossed = attend_crossed, .peak = peak};

#endif
