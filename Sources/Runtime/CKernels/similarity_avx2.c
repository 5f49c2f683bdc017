// Similarity for processors with AVX2. Bytes are widened to 16 bits: `maddubs` on bytes would overflow at −128.

#include "similarity_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

static inline __attribute__((always_inline)) __m256i widened(const int8_t *bytes) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)bytes));
}

static int32_t total(__m256i sums) {
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
    return _mm_cvtsi128_si32(half);
}

static void run(const SimilarityCall *call) {
    const size_t whole = call->width / 32 * 32;
    for (size_t row = 0; row < call->rows; row++) {
        const int8_t *values = call->values + row * call->width;
        __m256i sums[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
        for (size_t i = 0; i < whole; i += 32) {
            sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(widened(call->query + i), widened(values + i)));
            sums[1] = _mm256_add_epi32(
                sums[1], _mm256_madd_epi16(widened(call->query + i + 16), widened(values + i + 16)));
        }
        int32_t sum = total(_mm256_add_epi32(sums[0], sums[1]));
        for (size_t i = whole; i < call->width; i++) sum += (int32_t)call->query[i] * values[i];
        call->products[row] = similarity_product(call, row, sum);
    }
}

#pragma clang attribute pop

static bool runs_here(void) { return __builtin_cpu_supports("avx2"); }

const SimilarityKernel similarity_avx2 = {.name = "AVX2", .runs_here = runs_here, .run = run};

#endif
