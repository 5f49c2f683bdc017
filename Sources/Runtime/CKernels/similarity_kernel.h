// What the kernels of similarity.c have in common.

#ifndef SIMILARITY_KERNEL_H
#define SIMILARITY_KERNEL_H

#include "Similarity.h"

struct SimilarityKernel {
    const char *name;
    bool (*runs_here)(void);
    void (*run)(const SimilarityCall *call);
};

static inline float similarity_product(const SimilarityCall *call, size_t row, int32_t sum) {
    return (float)sum * call->scales[row] * call->query_scale;
}

extern const SimilarityKernel similarity_generic;
#if defined(__x86_64__)
extern const SimilarityKernel similarity_avx512vnni;
extern const SimilarityKernel similarity_avx2;
#endif

#endif
