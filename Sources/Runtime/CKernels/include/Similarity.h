// How alike one vector is to many: cosines over 8-bit numbers, as fast as memory can be read.
//
// A vector is quantised with one scale: x ≈ scale · bytes. Products are summed up in 32-bit integers, which is exact, and then
// multiplied by the two scales, in one order; so every kernel gives the same bits.

#ifndef SIMILARITY_H
#define SIMILARITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The most numbers that a vector may have: 65536 · 127 · 128 fits into 32 bits.
enum { SIMILARITY_MOST_WIDTH = 65536 };

/// One query and the rows it is held against.
typedef struct SimilarityCall {
    /// Numbers of a vector, 1 to SIMILARITY_MOST_WIDTH.
    size_t width;
    /// [width].
    const int8_t *query;
    float query_scale;
    size_t rows;
    /// [rows, width].
    const int8_t *values;
    /// [rows].
    const float *scales;
    /// [rows]: query_scale · scale · Σ query · value.
    float *products;
} SimilarityCall;

/// Kernels for some instruction set, best first; the last one runs everywhere.
typedef struct SimilarityKernel SimilarityKernel;
extern const size_t similarity_kernel_count;
const SimilarityKernel *similarity_kernel(size_t index);

/// Such as "AVX-512 VNNI".
const char *similarity_kernel_name(const SimilarityKernel *kernel);
/// Whether this processor can run it.
bool similarity_kernel_runs_here(const SimilarityKernel *kernel);
/// The best one that runs here.
const SimilarityKernel *similarity_best_kernel(void);

/// Computes all products; on the thread that calls.
void similarity_run(const SimilarityKernel *kernel, const SimilarityCall *call);

#endif
