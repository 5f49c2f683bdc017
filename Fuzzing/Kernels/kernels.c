// Runs the kernels over random shapes, in memory that is exactly as large as they may read and write, and holds each
// against the one in plain C. Built with sanitizers by scripts/sanitize.

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

// MARK: Random numbers

static uint64_t state;

/// SplitMix64; Steele et al. 2014.
static uint64_t next(void) {
    uint64_t mixed = state += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
}

static int64_t between(int64_t least, int64_t most) { return least + (int64_t)(next() % (uint64_t)(most - least + 1)); }

static bool chance(int64_t of) { return between(1, of) == 1; }

static float random_float(void) { return (float)between(-1000000, 1000000) * 1e-6f; }

static void *memory(size_t bytes) {
    void *place = NULL;
    if (posix_memalign(&place, 64, bytes ? bytes : 1) != 0) abort();
    return place;
}

static float *floats(int64_t count) {
    float *values = memory((size_t)count * sizeof(float));
    for (int64_t i = 0; i < count; i++) values[i] = random_float();
    return values;
}

/// Now and then a number that is none, or hardly one.
static void spoil(float *values, int64_t count) {
    static const float odd[] = {NAN, INFINITY, -INFINITY, 1e-45f, -1e-38f, 3e38f, -3e38f, -0.0f};
    for (int64_t i = between(1, 4); i > 0; i--) values[between(0, count - 1)] = odd[between(0, 7)];
}

// MARK: Threads

typedef struct Share {
    void (*task)(void *data, size_t index);
    void *data;
    size_t first, count;
} Share;

static void *run_share(void *argument) {
    const Share *share = argument;
    for (size_t index = share->first; index < share->count; index += 2) share->task(share->data, index);
    return NULL;
}

/// Every other task on a thread of its own.
static void on_two_threads(void *context, void (*task)(void *data, size_t index), size_t count, void *data) {
    (void)context;
    Share shares[2] = {{task, data, 0, count}, {task, data, 1, count}};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_share, &shares[1]) != 0) abort();
    run_share(&shares[0]);
    pthread_join(thread, NULL);
}

static void on_this_thread(void *context, void (*task)(void *data, size_t index), size_t count, void *data) {
    (void)context;
    for (size_t index = 0; index < count; index++) task(data, index);
}

// MARK: Differences

/// Ends the program where two results are further apart than arithmetic explains.
static void compare(const char *what, const char *name, const float *found, const float *plain, int64_t count, float bound) {
    for (int64_t i = 0; i < count; i++) {
        if (fabsf(found[i] - plain[i]) <= bound) continue;
        printf("%s, %s: element %lld of %lld is %g, not %g\n", what, name, (long long)i, (long long)count,
               (double)found[i], (double)plain[i]);
        exit(1);
    }
}

// MARK: Layers

static void try_layer(const QLinearKernel *kernel, const QLinearKernel *plain, QLinearParallel parallel) {
    const QLinearShape shape = {
        .outputs = between(1, 130), .inputs = chance(8) ? between(1000, 3000) : between(1, 300), .bits = chance(2) ? 4 : 8,
        .block = (int32_t)(8 * between(1, chance(4) ? 128 : 12))};
    const int64_t rows = chance(3) ? 1 : between(0, 40), count = rows * shape.outputs;
    const size_t panel_bytes = qlinear_panel_byte_count(shape);
    uint8_t *panels = memory((size_t)qlinear_panel_count(shape) * panel_bytes);
    for (int64_t first = 0; first < shape.outputs; first += QLINEAR_PANEL) {
        const int64_t height = shape.outputs - first < QLINEAR_PANEL ? shape.outputs - first : QLINEAR_PANEL;
        float *weights = floats(height * shape.inputs);
        if (chance(20)) spoil(weights, height * shape.inputs);
        qlinear_pack(shape, weights, height, panels + (size_t)(first / QLINEAR_PANEL) * panel_bytes);
        free(weights);
    }
    float *unpacked = floats(shape.inputs);
    qlinear_unpack(shape, panels, between(0, shape.outputs - 1), unpacked);

    const bool is_odd = chance(10) && rows > 0;
    float *x = floats(rows * shape.inputs), *bias = floats(shape.outputs), *residual = floats(count);
    float *gain = floats(shape.inputs), *shift = floats(shape.inputs), *found = floats(count), *expected = floats(count);
    if (is_odd) spoil(x, rows * shape.inputs);
    QLinearCall call = {
        .shape = shape, .panels = panels, .rows = rows, .x = x, .activation = (int32_t)between(0, 2),
        .norm = {.kind = (int32_t)between(0, 2), .epsilon = 1e-5f, .gain = gain, .shift = chance(2) ? shift : NULL},
        .bias = chance(2) ? bias : NULL, .residual = chance(2) ? residual : NULL, .y = expected};
    if (!qlinear_run(plain, &call, on_this_thread, NULL)) abort();
    call.y = found;
    if (call.residual && chance(2)) {
        memcpy(found, residual, (size_t)count * sizeof(float));
        call.residual = found;
    }
    if (!qlinear_run(kernel, &call, parallel, NULL)) abort();
    // Inputs just between two steps may be rounded to either.
    const float size = sqrtf((float)shape.inputs) * (call.norm.kind ? 4 : 1);
    bool is_finite = !is_odd;
    for (int64_t i = 0; i < count; i++) is_finite &= isfinite(expected[i]) != 0;
    if (is_finite) compare("layer", qlinear_kernel_name(kernel), found, expected, count, 0.02f * size);

    void *all[] = {panels, unpacked, x, bias, residual, gain, shift, found, expected};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

// MARK: Attention

static void try_attention(const QLinearKernel *kernel, const QLinearKernel *plain, QLinearParallel parallel) {
    const int64_t batch = between(0, 3), heads = between(1, 4), size = between(1, 100), queries = between(0, 40);
    const int64_t keys = chance(10) ? 0 : between(1, 90), width = heads * size, strides[3] = {
        width + between(0, 9), width + between(0, 9), width + between(0, 9)};
    // The last token need not have what lies between two tokens.
    float *query = floats(batch * queries * strides[0]), *key = floats(batch * keys * strides[1]);
    float *value = floats(batch * keys * strides[2]);
    float *found = floats(batch * queries * width), *expected = floats(batch * queries * width);
    AttentionCall call = {
        .batch = batch, .heads = heads, .head_size = size, .queries = queries, .keys = keys, .query = query, .key = key,
        .value = value, .query_stride = strides[0], .key_stride = strides[1], .value_stride = strides[2],
        .scale = 1 / sqrtf((float)size), .out = expected};
    if (!attention_run(plain, &call, on_this_thread, NULL)) abort();
    call.out = found;
    if (!attention_run(kernel, &call, parallel, NULL)) abort();
    compare("attention", qlinear_kernel_name(kernel), found, expected, batch * queries * width, 0.03f);
    void *all[] = {query, key, value, found, expected};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void try_cached_attention(const QLinearKernel *kernel, const QLinearKernel *plain, QLinearParallel parallel) {
    const int64_t batch = between(1, 3), heads = between(1, 4), size = between(1, 100), tokens = between(0, 5);
    const int64_t capacity = between(tokens + 1, 70), cache_size = size + between(0, 9), width = heads * size;
    const int64_t cache_count = batch * heads * capacity * cache_size, bias_length = between(capacity, capacity + 3);
    float *new_tokens = floats(batch * tokens * width * 3), *bias = floats(batch * heads * tokens * bias_length);
    float *caches[2] = {floats(cache_count), floats(cache_count)}, *copies[2] = {floats(cache_count), floats(cache_count)};
    float *found = floats(batch * tokens * width), *expected = floats(batch * tokens * width);
    int32_t *last = memory((size_t)batch * sizeof(int32_t));
    for (int64_t row = 0; row < batch; row++) last[row] = (int32_t)between(tokens - 1, capacity - 1);
    for (int i = 0; i < 2; i++) memcpy(copies[i], caches[i], (size_t)cache_count * sizeof(float));
    CachedAttentionCall call = {
        .batch = batch, .heads = heads, .head_size = size, .tokens = tokens, .query = new_tokens,
        .key = new_tokens + width, .value = new_tokens + 2 * width, .query_stride = 3 * width, .key_stride = 3 * width,
        .value_stride = 3 * width, .scale = 1 / sqrtf((float)size), .key_cache = copies[0], .value_cache = copies[1],
        .capacity = capacity, .cache_head_size = cache_size, .last_positions = last, .bias = chance(2) ? bias : NULL,
        .bias_length = bias_length, .out = expected};
    if (!cached_attention_run(plain, &call, on_this_thread, NULL)) abort();
    call.key_cache = caches[0], call.value_cache = caches[1], call.out = found;
    if (!cached_attention_run(kernel, &call, parallel, NULL)) abort();
    compare("cached attention", qlinear_kernel_name(kernel), found, expected, batch * tokens * width, 1e-4f);
    for (int i = 0; i < 2; i++) {
        if (memcmp(caches[i], copies[i], (size_t)cache_count * sizeof(float)) == 0) continue;
        printf("cached attention, %s: another cache\n", qlinear_kernel_name(kernel));
        exit(1);
    }
    void *all[] = {new_tokens, bias, caches[0], caches[1], copies[0], copies[1], found, expected, last};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void try_cross_attention(const QLinearKernel *kernel, const QLinearKernel *plain, QLinearParallel parallel) {
    const int64_t batch = between(1, 5), heads = between(1, 4), size = between(1, 200), tokens = between(0, 4);
    const int64_t inputs = between(1, 4), capacity = between(1, 90), width = heads * size, stride = width + between(0, 9);
    float *query = floats(batch * tokens * stride);
    float *keys = floats(inputs * capacity * width), *values = floats(inputs * capacity * width);
    float *found = floats(batch * tokens * width), *expected = floats(batch * tokens * width);
    int32_t *sources = memory((size_t)batch * sizeof(int32_t)), *lengths = memory((size_t)batch * sizeof(int32_t));
    for (int64_t row = 0; row < batch; row++) {
        sources[row] = (int32_t)between(0, inputs - 1);
        lengths[row] = (int32_t)between(1, capacity);
    }
    CrossAttentionCall call = {
        .batch = batch, .heads = heads, .head_size = size, .tokens = tokens, .query = query, .query_stride = stride,
        .scale = 1 / sqrtf((float)size), .keys = keys, .values = values, .inputs = inputs, .capacity = capacity,
        .sources = sources, .lengths = lengths, .out = expected};
    if (!cross_attention_run(plain, &call, on_this_thread, NULL)) abort();
    call.out = found;
    if (!cross_attention_run(kernel, &call, parallel, NULL)) abort();
    compare("cross-attention", qlinear_kernel_name(kernel), found, expected, batch * tokens * width, 1e-4f);
    void *all[] = {query, keys, values, found, expected, sources, lengths};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

/// kernels SECONDS [SEED]
int main(int count, char **arguments) {
    const long seconds = count > 1 ? strtol(arguments[1], NULL, 10) : 10;
    state = count > 2 ? strtoull(arguments[2], NULL, 10) : (uint64_t)time(NULL);
    printf("seed %llu:", (unsigned long long)state);
    const QLinearKernel *here[8], *plain = qlinear_kernel(qlinear_kernel_count - 1);
    int64_t kernels = 0, tried = 0;
    for (size_t i = 0; i < qlinear_kernel_count; i++) {
        if (!qlinear_kernel_runs_here(qlinear_kernel(i))) continue;
        here[kernels++] = qlinear_kernel(i);
        printf(" %s;", qlinear_kernel_name(qlinear_kernel(i)));
    }
    fflush(stdout);
    for (const time_t end = time(NULL) + seconds; time(NULL) < end; tried++) {
        const QLinearKernel *kernel = here[between(0, kernels - 1)];
        const QLinearParallel parallel = chance(4) ? on_two_threads : on_this_thread;
        switch (between(0, 4)) {
        case 0: try_attention(kernel, plain, parallel); break;
        case 1: try_cached_attention(kernel, plain, parallel); break;
        case 2: try_cross_attention(kernel, plain, parallel); break;
        default: try_layer(kernel, plain, parallel);
        }
    }
    printf(" %lld calls\n", (long long)tried);
    return 0;
}
