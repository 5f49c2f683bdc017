// A layer: quantises its inputs, then sends panels of weights through a kernel, side by side.

#include <stdlib.h>
#include <unistd.h>

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
    /// Tasks for each core that a layer is cut into at least, so that threads which are held up now and then end together.
    TASKS = 16,
    /// Bytes of weights that a task works with at once: they should stay in the second-level cache while all its rows pass.
    WORKING_SET = 512 << 10,
    /// Rows that a task has at least where there are as many: they are what pays for fetching its weights.
    TASK_ROWS = 64
};

/// Rows of inputs against a matrix.
typedef struct Layer {
    const QLinearKernel *kernel;
    QLinearShape shape;
    const uint8_t *panels;
    int64_t row_count;
    int64_t padded_inputs, block_count, panel_count;
    size_t panel_byte_count;
    /// The rows are cut into this many tiles of nearly equal height.
    int64_t tile_count;
    /// The inputs, quantised.
    QLinearRows rows;
} Layer;

/// A layer with memory for its inputs, which is for the caller to free: `rows.values`, NULL where there is none.
static Layer make_layer(const QLinearKernel *kernel, QLinearShape shape, const uint8_t *panels, int64_t row_count) {
    Layer layer = {
        .kernel = kernel, .shape = shape, .panels = panels, .row_count = row_count,
        .padded_inputs = qlinear_padded_inputs(shape), .block_count = qlinear_block_count(shape),
        .panel_count = qlinear_panel_count(shape), .panel_byte_count = qlinear_panel_byte_count(shape),
        .tile_count = (row_count + kernel->most_rows - 1) / kernel->most_rows};
    const size_t scale_count = (size_t)(row_count * layer.block_count);
    const size_t value_bytes = ((size_t)(row_count * layer.padded_inputs) + 63) / 64 * 64;
    void *memory = NULL;
    if (posix_memalign(&memory, 64, value_bytes + scale_count * (sizeof(float) + sizeof(int32_t))) != 0) return layer;
    layer.rows.values = memory;
    layer.rows.scales = (void *)(layer.rows.values + value_bytes);
    layer.rows.corrections = (void *)(layer.rows.scales + scale_count);
    return layer;
}

static int64_t tile_start(const Layer *layer, int64_t tile) { return layer->row_count * tile / layer->tile_count; }

/// Where the quantised rows of a tile lie, from one of its blocks on; the tile has `count` rows from `start` on.
static QLinearRows tile_rows(const Layer *layer, int64_t start, int64_t count, int64_t block) {
    return (QLinearRows){
        .values = layer->rows.values + start * layer->padded_inputs + block * layer->shape.block * count,
        .scales = layer->rows.scales + start * layer->block_count + block * count,
        .corrections = layer->rows.corrections + start * layer->block_count + block * count};
}

/// What follows the product, and where it goes.
typedef struct Target {
    /// [outputs], or NULL.
    const float *bias;
    int32_t activation;
    /// As `y`, or NULL.
    const float *residual;
    float *y;
    /// The output that `residual` and `y` begin with.
    int64_t first;
    /// Elements from a row of `y` to the next.
    int64_t stride;
} Target;

/// One panel against the rows from `start` to `end`; the target's rows begin with the first of them.
static void multiply_panel(const Layer *layer, int64_t start, int64_t end, int64_t panel, const Target *target) {
    const int64_t first = panel * QLINEAR_PANEL, rest = layer->shape.outputs - first;
    const QLinearTile tile = {
        .shape = layer->shape,
        .panel = layer->panels + (size_t)panel * layer->panel_byte_count,
        .rows = tile_rows(layer, start, end - start, 0),
        .columns = (int32_t)(rest < QLINEAR_PANEL ? rest : QLINEAR_PANEL),
        .activation = target->activation,
        .bias = target->bias ? target->bias + first : NULL,
        .residual = target->residual ? target->residual + first - target->first : NULL,
        .y = target->y + (first - target->first),
        .stride = target->stride};
    layer->kernel->multiply(&tile, (int32_t)(end - start));
}

// MARK: One layer

/// How a product is cut into tasks: groups of neighbouring panels against groups of neighbouring tiles, nearly equal ones.
typedef struct Cut {
    int64_t panel_groups, tile_groups;
} Cut;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t task_count(void) {
    static _Atomic int64_t cores;
    if (cores == 0) cores = sysconf(_SC_NPROCESSORS_ONLN);
    return TASKS * cores;
}

/// As many groups of tiles as there should be where there are so many groups of panels.
static int64_t tile_groups(const Layer *layer, int64_t panel_groups) {
    const int64_t wanted = (task_count() + panel_groups - 1) / panel_groups, most = layer->row_count / TASK_ROWS;
    return most > 1 ? least(wanted, most) : 1;
}

static Cut cut(const Layer *layer) {
    const int64_t fitting = WORKING_SET / (int64_t)layer->panel_byte_count;
    Cut cut = {.panel_groups = fitting > 1 ? (layer->panel_count + fitting - 1) / fitting : layer->panel_count};
    cut.tile_groups = tile_groups(layer, cut.panel_groups);
    const int64_t wanted = (task_count() + cut.tile_groups - 1) / cut.tile_groups;
    if (cut.panel_groups < wanted) cut.panel_groups = least(wanted, layer->panel_count);
    return cut;
}

typedef struct LinearWork {
    Layer layer;
    const QLinearCall *call;
    Cut cut;
} LinearWork;

static void quantize_tile(void *data, size_t index) {
    const LinearWork *work = data;
    const QLinearCall *call = work->call;
    const int64_t start = tile_start(&work->layer, (int64_t)index), end = tile_start(&work->layer, (int64_t)index + 1);
    work->layer.kernel->quantize(
        call->shape, &call->norm, call->x + start * call->shape.inputs, (int32_t)(end - start),
        tile_rows(&work->layer, start, end - start, 0));
}

static void quantize_all(const LinearWork *work, QLinearParallel parallel, void *context) {
    if (work->layer.tile_count == 1) {
        quantize_tile((void *)work, 0);
    } else {
        parallel(context, quantize_tile, (size_t)work->layer.tile_count, (void *)work);
    }
}

static void multiply_part(void *data, size_t index) {
    const LinearWork *work = data;
    const QLinearCall *call = work->call;
    const Layer *layer = &work->layer;
    const int64_t panels = (int64_t)index / work->cut.tile_groups, tiles = (int64_t)index % work->cut.tile_groups;
    const int64_t first = layer->panel_count * panels / work->cut.panel_groups;
    const int64_t last = layer->panel_count * (panels + 1) / work->cut.panel_groups;
    const int64_t behind = layer->tile_count * (tiles + 1) / work->cut.tile_groups;
    for (int64_t tile = layer->tile_count * tiles / work->cut.tile_groups; tile < behind; tile++) {
        const int64_t start = tile_start(layer, tile), place = start * call->shape.outputs;
        const Target target = {
            .bias = call->bias, .activation = call->activation,
            .residual = call->residual ? call->residual + place : NULL, .y = call->y + place,
            .stride = call->shape.outputs};
        for (int64_t panel = first; panel < last; panel++) {
            multiply_panel(layer, start, tile_start(layer, tile + 1), panel, &target);
        }
    }
}

static void multiply_all(LinearWork *work, QLinearParallel parallel, void *context) {
    work->cut = cut(&work->layer);
    parallel(context, multiply_part, (size_t)(work->cut.panel_groups * work->cut.tile_groups), work);
}

bool qlinear_run(const QLinearKernel *kernel, const QLinearCall *call, QLinearParallel parallel, void *context) {
    if (call->rows == 0) return true;
    LinearWork work = {.layer = make_layer(kernel, call->shape, call->panels, call->rows), .call = call};
    if (!work.layer.rows.values) return false;
    quantize_all(&work, parallel, context);
    multiply_all(&work, parallel, context);
    free(work.layer.rows.values);
    return true;
}

// MARK: Two layers

typedef struct FeedForwardWork {
    LinearWork first, second;
} FeedForwardWork;

/// The first layer's outputs that are one block of the second's inputs: for some rows, quantised at once.
static void expand_block(void *data, size_t index) {
    const FeedForwardWork *work = data;
    const Layer *first = &work->first.layer, *second = &work->second.layer;
    const int64_t groups = work->first.cut.tile_groups, group = (int64_t)index % groups;
    const int64_t last_tile = first->tile_count * (group + 1) / groups;
    const int64_t block = (int64_t)index / groups, start = block * second->shape.block;
    const int64_t rest = second->shape.inputs - start, count = rest < second->shape.block ? rest : second->shape.block;
    QLinearShape shape = second->shape;
    shape.inputs = count;
    const QLinearNorm none = {.kind = QLINEAR_NO_NORM};
    float outputs[first->kernel->most_rows * count];
    for (int64_t tile = first->tile_count * group / groups; tile < last_tile; tile++) {
        const int64_t row = tile_start(first, tile), end = tile_start(first, tile + 1);
        const Target target = {
            .bias = work->first.call->bias, .activation = work->first.call->activation, .y = outputs, .first = start,
            .stride = count};
        for (int64_t panel = start / QLINEAR_PANEL; panel * QLINEAR_PANEL < start + count; panel++) {
            multiply_panel(first, row, end, panel, &target);
        }
        first->kernel->quantize(shape, &none, outputs, (int32_t)(end - row), tile_rows(second, row, end - row, block));
    }
}

bool qlinear_feed_forward(
    const QLinearKernel *kernel, const QLinearCall *first, const QLinearCall *second, QLinearParallel parallel,
    void *context) {
    if (first->rows == 0) return true;
    FeedForwardWork work = {
        .first = {.layer = make_layer(kernel, first->shape, first->panels, first->rows), .call = first},
        .second = {.layer = make_layer(kernel, second->shape, second->panels, first->rows), .call = second}};
    const bool has_memory = work.first.layer.rows.values && work.second.layer.rows.values;
    if (has_memory) {
        quantize_all(&work.first, parallel, context);
        const int64_t blocks = work.second.layer.block_count;
        work.first.cut = (Cut){.panel_groups = blocks, .tile_groups = tile_groups(&work.first.layer, blocks)};
        parallel(context, expand_block, (size_t)(blocks * work.first.cut.tile_groups), &work);
        multiply_all(&work.second, parallel, context);
    }
    free(work.first.layer.rows.values);
    free(work.second.layer.rows.values);
    return has_memory;
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
