// A layer: quantises its inputs, then sends panels of weights through a kernel, side by side.

#include <stdlib.h>

#include "internal.h"

static const QLinearKernel *const kernels[] = {
#if defined(__x86_64__)
    &qlinear_avx512vnni, &qlinear_avxvnni, &qlinear_avx2,
#endif
    &qlinear_generic};

const size_t qlinear_kernel_count = sizeof kernels / sizeof *kernels;

const QLinearKernel *qlinear_kernel(size_t index) { return kernels[index]; }

const char *qlinear_kernel_name(const QLinearKernel *kernel) { return kernel->name; }

bool qlinear_kernel_runs_here(const QLinearKernel *kernel) { return kernel->runs_here(); }

const QLinearKernel *qlinear_best_kernel(void) {
    for (size_t i = 0; i < qlinear_kernel_count; i++) {
        if (kernels[i]->runs_here()) return kernels[i];
    }
    return &qlinear_generic;
}

enum {
    /// Tasks that a layer is cut into at least, if it has as many panels, so that threads which are held up now and then
    /// end together.
    TASKS = 16,
    /// Bytes of weights that a task works with at once: they should stay in the second-level cache while all rows pass.
    WORKING_SET = 512 << 10
};

typedef struct Work {
    const QLinearKernel *kernel;
    const QLinearCall *call;
    int64_t padded_inputs, block_count;
    /// The rows are cut into this many tiles of nearly equal height.
    int64_t tile_count;
    int64_t panel_count;
    size_t panel_byte_count;
    int64_t panels_of_task;
    QLinearRows rows;
} Work;

static int64_t tile_start(const Work *work, int64_t tile) { return work->call->rows * tile / work->tile_count; }

/// Where the quantised rows from `start` on lie.
static QLinearRows tile_rows(const Work *work, int64_t start) {
    return (QLinearRows){
        .values = work->rows.values + start * work->padded_inputs,
        .scales = work->rows.scales + start * work->block_count,
        .corrections = work->rows.corrections + start * work->block_count};
}

static void quantize_tile(void *data, size_t index) {
    const Work *work = data;
    const int64_t start = tile_start(work, (int64_t)index), end = tile_start(work, (int64_t)index + 1);
    work->kernel->quantize(
        work->call->shape, &work->call->norm, work->call->x + start * work->call->shape.inputs, (int32_t)(end - start),
        tile_rows(work, start));
}

static void multiply_panel(const Work *work, int64_t start, int64_t end, int64_t panel) {
    const QLinearCall *call = work->call;
    const int64_t first = panel * QLINEAR_PANEL, rest = call->shape.outputs - first;
    const int64_t place = start * call->shape.outputs + first;
    const QLinearTile tile = {
        .shape = call->shape,
        .panel = call->panels + (size_t)panel * work->panel_byte_count,
        .rows = tile_rows(work, start),
        .columns = (int32_t)(rest < QLINEAR_PANEL ? rest : QLINEAR_PANEL),
        .activation = call->activation,
        .bias = call->bias ? call->bias + first : NULL,
        .residual = call->residual ? call->residual + place : NULL,
        .y = call->y + place,
        .stride = call->shape.outputs};
    work->kernel->multiply(&tile, (int32_t)(end - start));
}

/// Some neighbouring panels against all rows.
static void multiply_panels(void *data, size_t index) {
    const Work *work = data;
    const int64_t first = (int64_t)index * work->panels_of_task;
    const int64_t last = first + work->panels_of_task < work->panel_count ? first + work->panels_of_task : work->panel_count;
    for (int64_t tile = 0; tile < work->tile_count; tile++) {
        for (int64_t panel = first; panel < last; panel++) {
            multiply_panel(work, tile_start(work, tile), tile_start(work, tile + 1), panel);
        }
    }
}

bool qlinear_run(const QLinearKernel *kernel, const QLinearCall *call, QLinearParallel parallel, void *context) {
    if (call->rows == 0) return true;
    Work work = {
        .kernel = kernel, .call = call, .padded_inputs = qlinear_padded_inputs(call->shape),
        .block_count = qlinear_block_count(call->shape),
        .tile_count = (call->rows + kernel->most_rows - 1) / kernel->most_rows,
        .panel_count = qlinear_panel_count(call->shape),
        .panel_byte_count = qlinear_panel_byte_count(call->shape)};
    const int64_t fitting = WORKING_SET / (int64_t)work.panel_byte_count, sharing = work.panel_count / TASKS;
    work.panels_of_task = fitting < sharing ? fitting : sharing;
    if (work.panels_of_task < 1) work.panels_of_task = 1;
    const size_t task_count = (size_t)((work.panel_count + work.panels_of_task - 1) / work.panels_of_task);

    const size_t scale_count = (size_t)(call->rows * work.block_count);
    const size_t value_bytes = ((size_t)(call->rows * work.padded_inputs) + 63) / 64 * 64;
    void *memory = NULL;
    if (posix_memalign(&memory, 64, value_bytes + scale_count * (sizeof(float) + sizeof(int32_t))) != 0) return false;
    work.rows.values = memory;
    work.rows.scales = (void *)(work.rows.values + value_bytes);
    work.rows.corrections = (void *)(work.rows.scales + scale_count);

    if (work.tile_count == 1) {
        quantize_tile(&work, 0);
    } else {
        parallel(context, quantize_tile, (size_t)work.tile_count, &work);
    }
    parallel(context, multiply_panels, task_count, &work);
    free(memory);
    return true;
}

// MARK: What the machine can do

double qlinear_peak(int64_t rounds) { return qlinear_best_kernel()->peak(rounds); }

uint64_t qlinear_read(const void *bytes, size_t count) {
    // Eight sums, so that additions do not wait for each other.
    uint64_t sums[8] = {0};
    const uint64_t *words = bytes;
    for (size_t i = 0; i + 8 <= count / 8; i += 8) {
        for (int lane = 0; lane < 8; lane++) sums[lane] += words[i + (size_t)lane];
    }
    uint64_t sum = 0;
    for (int lane = 0; lane < 8; lane++) sum += sums[lane];
    return sum;
}
