// The kernels of similarity in plain C, and the choice among all of them.

#include "similarity_kernel.h"

static void run(const SimilarityCall *call) {
    for (size_t row = 0; row < call->rows; row++) {
        const int8_t *values = call->values + row * call->width;
        int32_t sum = 0;
        for (size_t i = 0; i < call->width; i++) sum += (int32_t)call->query[i] * values[i];
        call->products[row] = similarity_product(call, row, sum);
    }
}

static bool runs_here(void) { return true; }

const SimilarityKernel similarity_generic = {.name = "plain C", .runs_here = runs_here, .run = run};

static const SimilarityKernel *const kernels[] = {
#if defined(__x86_64__)
    &similarity_avx512vnni, &similarity_avx2,
#endif
    &similarity_generic};

const size_t similarity_kernel_count = sizeof kernels / sizeof *kernels;

const SimilarityKernel *similarity_kernel(size_t index) { return kernels[index]; }

const char *similarity_kernel_name(const SimilarityKernel *kernel) { return kernel->name; }

bool similarity_kernel_runs_here(const SimilarityKernel *kernel) { return kernel->runs_here(); }

const SimilarityKernel *similarity_best_kernel(void) {
    size_t index = 0;
    while (!kernels[index]->runs_here()) index++;
    return kernels[index];
}

void similarity_run(const SimilarityKernel *kernel, const SimilarityCall *call) { kernel->run(call); }
