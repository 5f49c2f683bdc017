// Similarity for processors with AVX-512 VNNI. The instruction multiplies unsigned bytes by signed ones: the rows get 128
// added, which a sum over the query takes away again: Σ (v + 128)·q − 128·Σ q.

#include "similarity_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)

/// Adds 64 products, or those that the mask has; beyond it the query's bytes are zero.
static inline __attribute__((always_inline)) __m512i add(
    __m512i sums, const int8_t *values, const int8_t *query, __mmask64 mask) {
    const __m512i row = _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, values), _mm512_set1_epi8(-128));
    return _mm512_dpbusd_epi32(sums, row, _mm512_maskz_loadu_epi8(mask, query));
}

static void run(const SimilarityCall *call) {
    const size_t whole = call->width / 64 * 64;
    const __mmask64 all = ~(__mmask64)0, rest = ((__mmask64)1 << (call->width % 64)) - 1;
    int32_t correction = 0;
    for (size_t i = 0; i < call->width; i++) correction += 128 * (int32_t)call->query[i];
    for (size_t row = 0; row < call->rows; row++) {
        const int8_t *values = call->values + row * call->width;
        __m512i sums = _mm512_setzero_si512();
        for (size_t i = 0; i < whole; i += 64) sums = add(sums, values + i, call->query + i, all);
        if (rest) sums = add(sums, values + whole, call->query + whole, rest);
        call->products[row] = similarity_product(call, row, _mm512_reduce_add_epi32(sums) - correction);
    }
}

#pragma clang attribute pop

static bool runs_here(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}

const SimilarityKernel similarity_avx512vnni = {.name = "AVX-512 VNNI", .runs_here = runs_here, .run = run};

#endif
