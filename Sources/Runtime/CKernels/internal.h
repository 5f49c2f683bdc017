// What the kernels share; see CKernels.h for the layout of weights.

#ifndef QLINEAR_INTERNAL_H
#define QLINEAR_INTERNAL_H

#include "CKernels.h"

/// Weights are stored as unsigned numbers: what is added to the signed ones.
static inline int32_t qlinear_offset(int32_t bits) { return bits == 8 ? 128 : 8; }

/// Inputs, filled up with zeros to whole groups of eight.
static inline int64_t qlinear_padded_inputs(QLinearShape shape) { return (shape.inputs + 7) / 8 * 8; }

static inline int64_t qlinear_block_count(QLinearShape shape) {
    return (qlinear_padded_inputs(shape) + shape.block - 1) / shape.block;
}

/// Where the weight of one output and input lies in its panel, and, for 4 bits, in which half of the byte.
///
/// Four neighbouring inputs of an output are neighbouring bytes, what a dot product takes; then come the other outputs
/// of the half panel, 64 bytes; then the other half. A byte of 4-bit weights holds an input below and the one four further
/// on above.
typedef struct QLinearPlace {
    size_t byte;
    bool is_high;
} QLinearPlace;

static inline QLinearPlace qlinear_place(QLinearShape shape, int64_t column, int64_t input) {
    int64_t block = input / shape.block, within = input % shape.block;
    int64_t per_group = shape.bits == 8 ? 4 : 8;
    size_t block_bytes = (size_t)shape.block * QLINEAR_PANEL * (size_t)shape.bits / 8 + 2 * QLINEAR_PANEL;
    size_t byte = (size_t)block * block_bytes + (size_t)(within / per_group) * 128 + (size_t)(column / 16) * 64 +
                  (size_t)(column % 16) * 4 + (size_t)(within % 4);
    return (QLinearPlace){.byte = byte, .is_high = shape.bits == 4 && within % 8 >= 4};
}

/// Where the scales of a block begin in their panel.
static inline size_t qlinear_scales_place(QLinearShape shape, int64_t block) {
    int64_t end = (block + 1) * shape.block, padded = qlinear_padded_inputs(shape);
    if (end > padded) end = padded;
    return (size_t)end * QLINEAR_PANEL * (size_t)shape.bits / 8 + (size_t)block * 2 * QLINEAR_PANEL;
}

static inline float qlinear_bfloat16(uint16_t bits) {
    union { uint32_t bits; float value; } both = {.bits = (uint32_t)bits << 16};
    return both.value;
}

/// Some rows of the inputs, quantised: for each four inputs the first row's four, then the second row's, and so on.
/// With offset weights u = w + o, Σ w·x = Σ u·x − o·Σ x; the last term is the same for all outputs.
typedef struct QLinearRows {
    int8_t *values;
    /// [blocks, rows].
    float *scales;
    /// [blocks, rows]: −o·Σ x.
    int32_t *corrections;
} QLinearRows;

/// One panel against some rows.
typedef struct QLinearTile {
    QLinearShape shape;
    const uint8_t *panel;
    QLinearRows rows;
    /// Outputs of the panel that there are, 1 to 32; `bias`, `residual` and `y` begin at its first.
    int32_t columns;
    int32_t activation;
    const float *bias;
    const float *residual;
    float *y;
    /// Elements from a row of `residual` and `y` to the next.
    int64_t stride;
} QLinearTile;

struct QLinearKernel {
    const char *name;
    /// Rows that a tile may have.
    int32_t most_rows;
    bool (*runs_here)(void);
    void (*multiply)(const QLinearTile *tile, int32_t rows);
    /// Normalises and quantises `rows` rows of `x`, at most `most_rows`.
    void (*quantize)(QLinearShape shape, const QLinearNorm *norm, const float *x, int32_t rows, QLinearRows out);
    /// One head of one row of a batch; false where there is no memory for it.
    bool (*attend)(const AttentionCall *call, int64_t batch, int64_t head);
    bool (*attend_cached)(const CachedAttentionCall *call, int64_t batch, int64_t head);
    bool (*attend_crossed)(const CrossAttentionCall *call, int64_t input, int64_t head);
    double (*peak)(int64_t rounds);
};

extern const QLinearKernel qlinear_generic;
#if defined(__x86_64__)
extern const QLinearKernel qlinear_avx512vnni;
extern const QLinearKernel qlinear_avxvnni;
extern const QLinearKernel qlinear_avx2;
bool attention_avx512bf16(const AttentionCall *call, int64_t batch, int64_t head);
#endif

#endif
