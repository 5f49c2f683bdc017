// Quantising the inputs of a layer, written once and compiled for each instruction set.

#ifndef QLINEAR_QUANTIZE_H
#define QLINEAR_QUANTIZE_H

#include <string.h>

#include "internal.h"

/// Adding 1.5 · 2²³ leaves the nearest integer in the low bits of a float's mantissa.
#define QLINEAR_ROUNDING 12582912.0f

static inline int32_t qlinear_float_bits(float value) {
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline __attribute__((always_inline)) void qlinear_quantize_block(
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

static inline __attribute__((always_inline)) void qlinear_quantize_rows(
    QLinearShape shape, const float *x, int32_t rows, int8_t *values, float *scales, int32_t *corrections) {
    enum { piece = 1024 };  // the largest block
    int8_t quantized[piece];
    const int64_t padded = qlinear_padded_inputs(shape);
    const int32_t offset = qlinear_offset(shape.bits);
    for (int32_t row = 0; row < rows; row++) {
        int64_t block = 0;
        for (int64_t start = 0; start < padded; start += shape.block, block++) {
            const float *own = x + row * shape.inputs + start;
            int64_t count = shape.inputs - start < shape.block ? shape.inputs - start : shape.block;
            int64_t length = padded - start < shape.block ? padded - start : shape.block;
            int32_t sum;
            qlinear_quantize_block(own, count, length, quantized, &scales[block * rows + row], &sum);
            corrections[block * rows + row] = -offset * sum;
            int8_t *target = values + start * rows + 4 * row;
            for (int64_t i = 0; i < length; i += 4, target += 4 * rows) memcpy(target, quantized + i, 4);
        }
    }
}

#endif
