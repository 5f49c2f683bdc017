// Quantising the inputs of a layer, written once and compiled for each instruction set.

#ifndef QLINEAR_QUANTIZE_H
#define QLINEAR_QUANTIZE_H

#include <math.h>
#include <string.h>

#include "internal.h"
#include "vector.h"

static inline int32_t qlinear_float_bits(float value) {
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

VECTOR void qlinear_quantize_block(
    const float *x, int64_t count, int64_t padded, int8_t *quantized, float *scale, int32_t *sum) {
    // The bits of magnitudes compare as the magnitudes do, and a NaN above all of them.
    int32_t largest = 0;
    for (int64_t i = 0; i < count; i++) {
        int32_t magnitude = qlinear_float_bits(x[i]) & 0x7FFFFFFF;
        largest = magnitude > largest ? magnitude : largest;
    }
    float range;
    memcpy(&range, &largest, sizeof range);
    // Below that the inverse would not be finite; such inputs are as good as zeros.
    float inverse = range > 1e-36f || range != range ? 127.0f / range : 0.0f;
    *scale = inverse == 0.0f && range <= 1e-36f ? 0.0f : range / 127.0f;
    int32_t total = 0;
    for (int64_t i = 0; i < count; i++) {
        int32_t value = qlinear_float_bits(x[i] * inverse + QLINEAR_ROUNDING) - qlinear_float_bits(QLINEAR_ROUNDING);
        quantized[i] = (int8_t)value;
        total += (int8_t)value;
    }
    for (int64_t i = count; i < padded; i++) quantized[i] = 0;
    *sum = total;
}

/// Σ (x − mean)^power, for power 1 or 2.
VECTOR float qlinear_moment(const float *x, int64_t count, float mean, const int power) {
    Floats sum = {0};
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const Floats difference = floats_load(x + i) - mean;
        sum += power == 1 ? difference : difference * difference;
    }
    float total = floats_sum(sum);
    for (; i < count; i++) total += power == 1 ? x[i] - mean : (x[i] - mean) * (x[i] - mean);
    return total;
}

/// A row's part in its normalisation: (x − mean) · factor.
typedef struct QLinearSpread {
    float mean, factor;
} QLinearSpread;

VECTOR QLinearSpread qlinear_spread(const QLinearNorm *norm, const float *x, int64_t count) {
    const float mean = norm->kind == QLINEAR_LAYER_NORM ? qlinear_moment(x, count, 0, 1) / (float)count : 0;
    return (QLinearSpread){
        .mean = mean, .factor = 1 / sqrtf(qlinear_moment(x, count, mean, 2) / (float)count + norm->epsilon)};
}

/// Some inputs of a row, normalised; `first` is the place of the first of them in the row.
VECTOR void qlinear_normalize(
    const QLinearNorm *norm, QLinearSpread row, int64_t first, const float *x, int64_t count, float *out) {
    const float *gain = norm->gain + first, *shift = norm->shift ? norm->shift + first : NULL;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        Floats value = (floats_load(x + i) - row.mean) * row.factor * floats_load(gain + i);
        if (shift) value += floats_load(shift + i);
        floats_store(out + i, value);
    }
    for (; i < count; i++) out[i] = (x[i] - row.mean) * row.factor * gain[i] + (shift ? shift[i] : 0);
}

VECTOR void qlinear_quantize_rows(
    QLinearShape shape, const QLinearNorm *norm, const float *x, int32_t rows, QLinearRows out) {
    int8_t quantized[QLINEAR_LONGEST_BLOCK];
    float normalized[QLINEAR_LONGEST_BLOCK];
    const int64_t padded = qlinear_padded_inputs(shape);
    const int32_t offset = qlinear_offset(shape.bits);
    for (int32_t row = 0; row < rows; row++) {
        const bool is_normalized = norm->kind != QLINEAR_NO_NORM;
        QLinearSpread spread = {0};
        if (is_normalized) spread = qlinear_spread(norm, x + row * shape.inputs, shape.inputs);
        int64_t block = 0;
        for (int64_t start = 0; start < padded; start += shape.block, block++) {
            const float *inputs = x + row * shape.inputs + start;
            int64_t count = shape.inputs - start < shape.block ? shape.inputs - start : shape.block;
            int64_t length = padded - start < shape.block ? padded - start : shape.block;
            if (is_normalized) {
                qlinear_normalize(norm, spread, start, inputs, count, normalized);
                inputs = normalized;
            }
            int32_t sum;
            qlinear_quantize_block(inputs, count, length, quantized, &out.scales[block * rows + row], &sum);
            out.corrections[block * rows + row] = -offset * sum;
            int8_t *target = out.values + start * rows + 4 * row;
            for (int64_t i = 0; i < length; i += 4, target += 4 * rows) memcpy(target, quantized + i, 4);
        }
    }
}

VECTOR Floats qlinear_activated(Floats value, int32_t activation) {
    switch (activation) {
    case QLINEAR_RELU: return floats_max((Floats){0}, value);
    case QLINEAR_GELU: return floats_gelu(value);
    default: return value;
    }
}

/// Writes a tile's rows, whose sums are `totals`.
VECTOR void qlinear_finish(const QLinearTile *tile, int32_t rows, float totals[][QLINEAR_PANEL]) {
    for (int64_t first = 0; first < tile->columns; first += LANES) {
        const int64_t count = tile->columns - first;
        const Floats bias = tile->bias ? floats_load_some(tile->bias + first, count) : (Floats){0};
        for (int32_t row = 0; row < rows; row++) {
            const int64_t place = row * tile->stride + first;
            Floats value = qlinear_activated(floats_load(totals[row] + first) + bias, tile->activation);
            if (tile->residual) value += floats_load_some(tile->residual + place, count);
            if (count >= LANES) {
                floats_store(tile->y + place, value);
            } else {
                memcpy(tile->y + place, &value, sizeof(float) * (size_t)count);
            }
        }
    }
}

#endif
