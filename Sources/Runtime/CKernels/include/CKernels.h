// Linear layers over 4- or 8-bit weights, and attention, as fast as the processor and its memory allow.
//
// A weight matrix [outputs, inputs] is cut into panels of 32 outputs and, along the inputs, into blocks that share a scale.
// The inputs of a layer are quantised as they come: 8 bits, with a scale for each row and block. Products are summed up
// in 32-bit integers within a block and in floats across blocks. A row's result does not depend on the rows beside it.
//
// ONNX Runtime's own operators for this (MatMulNBits, MatMulIntegerToFloat) are slower where many rows meet 4-bit weights, and
// keep a packed copy of what they load; here weights are used where they lie in the mapped file.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Similarity.h"

// MARK: Weights

/// Outputs in a panel.
enum { QLINEAR_PANEL = 32 };

/// A weight matrix [outputs, inputs].
typedef struct QLinearShape {
    int64_t outputs;
    int64_t inputs;
    /// 4 or 8.
    int32_t bits;
    /// Neighbouring inputs that share a scale: a multiple of 8.
    int32_t block;
} QLinearShape;

enum { QLINEAR_LONGEST_BLOCK = 1024, QLINEAR_MOST_INPUTS = 65536 };

/// Bytes of a panel: a multiple of 64. For each block its weights, and a scale (bfloat16) for each of the 32 outputs.
size_t qlinear_panel_byte_count(QLinearShape shape);

/// Panels of a matrix; the last one may be partly empty.
int64_t qlinear_panel_count(QLinearShape shape);

/// Quantises `row_count` rows (at most 32) of the matrix, [row_count, inputs], into a panel.
///
/// The scale of each block is the one of some candidates that loses least, in the sum of squared differences.
void qlinear_pack(QLinearShape shape, const float *rows, int64_t row_count, uint8_t *panel);

/// Writes the matrix's row `output`, [inputs], as the quantised weights stand for it.
void qlinear_unpack(QLinearShape shape, const uint8_t *panels, int64_t output, float *row);

// MARK: Kernels

/// What follows the product and the bias.
enum { QLINEAR_IDENTITY = 0, QLINEAR_RELU = 1, QLINEAR_GELU = 2 };

/// What comes before the product, over each row of the inputs.
enum { QLINEAR_NO_NORM = 0, QLINEAR_LAYER_NORM = 1, QLINEAR_RMS_NORM = 2 };

/// A normalisation; see Ba et al. 2016 (arXiv:1607.06450), Zhang & Sennrich 2019 (arXiv:1910.07467).
typedef struct QLinearNorm {
    int32_t kind;
    float epsilon;
    /// [inputs].
    const float *gain;
    /// [inputs], or NULL.
    const float *shift;
} QLinearNorm;

/// y = activation(norm(x)·Wᵀ + bias) + residual.
typedef struct QLinearCall {
    QLinearShape shape;
    /// All panels, end to end; at a multiple of 64 bytes.
    const uint8_t *panels;
    int64_t rows;
    /// [rows, inputs].
    const float *x;
    QLinearNorm norm;
    /// [outputs], or NULL.
    const float *bias;
    /// [rows, outputs], or NULL; may be `y`.
    const float *residual;
    int32_t activation;
    /// [rows, outputs].
    float *y;
} QLinearCall;

/// Calls `task(data, i)` for each i below `count`, in any order and on any threads, and returns when all are done.
typedef void (*QLinearParallel)(void *context, void (*task)(void *data, size_t index), size_t count, void *data);

/// Kernels for some instruction set, best first; the last one runs everywhere.
typedef struct QLinearKernel QLinearKernel;
extern const size_t qlinear_kernel_count;
const QLinearKernel *qlinear_kernel(size_t index);

/// Such as "AVX-512 VNNI".
const char *qlinear_kernel_name(const QLinearKernel *kernel);
/// Whether this processor can run it.
bool qlinear_kernel_runs_here(const QLinearKernel *kernel);
/// The best one that runs here.
const QLinearKernel *qlinear_best_kernel(void);

/// Computes a layer.
/// Returns false where there is no memory for the quantised inputs.
bool qlinear_run(const QLinearKernel *kernel, const QLinearCall *call, QLinearParallel parallel, void *context);

/// Two layers, the second over the first's outputs, which are quantised block by block as they come and never held as floats.
/// Of the first call `y` and `residual` are not looked at, of the second `x`, `rows` and `norm`; the second's block has to be a
/// multiple of 32, or no less than its inputs.
/// Returns false where there is no memory for the quantised inputs.
bool qlinear_feed_forward(
    const QLinearKernel *kernel, const QLinearCall *first, const QLinearCall *second, QLinearParallel parallel,
    void *context);

// MARK: Attention

/// softmax(scale · q·kᵀ)·v over all keys, for each head. A token's heads lie side by side.
typedef struct AttentionCall {
    int64_t batch, heads, head_size;
    /// Tokens of a row.
    int64_t queries, keys;
    /// The first head of the first token.
    const float *query, *key, *value;
    /// Elements from a token to the next, and from a row's last token to the next row's first.
    int64_t query_stride, key_stride, value_stride;
    float scale;
    /// [batch, queries, heads · head_size].
    float *out;
} AttentionCall;

/// Returns false where there was no memory.
bool attention_run(const QLinearKernel *kernel, const AttentionCall *call, QLinearParallel parallel, void *context);

/// The same over the keys and values of earlier tokens, which are in a cache, and, up to each token, those of new ones,
/// which are put there.
typedef struct CachedAttentionCall {
    int64_t batch, heads, head_size;
    /// New tokens of a row.
    int64_t tokens;
    const float *query, *key, *value;
    int64_t query_stride, key_stride, value_stride;
    float scale;
    /// [batch, heads, capacity, cache_head_size]; beyond `head_size` there are zeros.
    float *key_cache, *value_cache;
    int64_t capacity, cache_head_size;
    /// [batch]: the place of each row's last new token.
    const int32_t *last_positions;
    /// [batch, heads, tokens, bias_length], added to the scores, or NULL.
    const float *bias;
    int64_t bias_length;
    /// [batch, tokens, heads · head_size].
    float *out;
} CachedAttentionCall;

bool cached_attention_run(
    const QLinearKernel *kernel, const CachedAttentionCall *call, QLinearParallel parallel, void *context);

/// The same over the keys and values that an encoder gave for some inputs, each of which several rows may share.
typedef struct CrossAttentionCall {
    int64_t batch, heads, head_size;
    /// Tokens of a row, each of which looks at all keys of the row's input.
    int64_t tokens;
    const float *query;
    int64_t query_stride;
    float scale;
    /// [inputs, capacity, heads · head_size].
    const float *keys, *values;
    int64_t inputs, capacity;
    /// [batch]: the input that each row looks at, and how many of its keys count: from 1 to capacity.
    const int32_t *sources, *lengths;
    /// [batch, tokens, heads · head_size].
    float *out;
} CrossAttentionCall;

bool cross_attention_run(
    const QLinearKernel *kernel, const CrossAttentionCall *call, QLinearParallel parallel, void *context);

// MARK: What the machine can do

/// Multiplies and adds 8-bit numbers in registers alone, with the best kernel's instruction, `rounds` times.
/// Returns the number of operations, a multiplication and an addition being two.
double qlinear_peak(int64_t rounds);

/// Reads all bytes once, and returns something that depends on them.
uint64_t qlinear_read(const void *bytes, size_t count);

#endif
