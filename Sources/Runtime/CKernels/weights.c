// Packing weight matrices; see `qlinear_place` for the layout.

#include <math.h>

#include "quantize.h"

size_t qlinear_panel_byte_count(QLinearShape shape) {
    return qlinear_scales_place(shape, qlinear_block_count(shape) - 1) + 2 * QLINEAR_PANEL;
}

int64_t qlinear_panel_count(QLinearShape shape) { return (shape.outputs + QLINEAR_PANEL - 1) / QLINEAR_PANEL; }

/// The nearest bfloat16.
static uint16_t bfloat16(float value) {
    if (value != value) return 0x7FC0;  // Rounding could make infinity of a NaN.
    uint32_t bits = (uint32_t)qlinear_float_bits(value);
    return (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

/// Quantises some weights, and returns the sum of their squared differences.
VECTOR float quantized(const float *weights, int64_t count, float scale, int32_t least, int32_t most, int32_t *out) {
#pragma clang fp reassociate(on)
    const float inverse = scale == 0 ? 0 : 1 / scale;
    float error = 0;
    for (int64_t i = 0; i < count; i++) {
        int32_t value =
            qlinear_float_bits(weights[i] * inverse + QLINEAR_ROUNDING) - qlinear_float_bits(QLINEAR_ROUNDING);
        value = value < least ? least : value;
        value = value > most ? most : value;
        out[i] = value;
        const float difference = weights[i] - scale * (float)value;
        error += difference * difference;
    }
    return error;
}

/// The scale of a block that loses least.
///
/// 8 bits: the largest weight becomes 127. 4 bits, −8 to 7: the largest weight becomes −8 or 7, or something a little
/// beyond or within, and then the scale is the one that fits best to the integers that came out. A block with a NaN or an
/// infinity becomes one of them, so that it is noticed.
VECTOR uint16_t best_scale(const float *weights, int64_t count, int32_t bits, int32_t *scratch) {
#pragma clang fp reassociate(on)
    float largest = 0;
    bool has_nan = false;
    for (int64_t i = 0; i < count; i++) {
        largest = fabsf(weights[i]) > fabsf(largest) ? weights[i] : largest;
        has_nan |= weights[i] != weights[i];
    }
    if (has_nan || !isfinite(largest)) return bfloat16(has_nan ? NAN : largest);
    // Scales have all their bits only above that; such weights are as good as zeros.
    if (fabsf(largest) < 2e-36f) return 0;
    if (bits == 8) {
        const uint16_t nearest = bfloat16(fabsf(largest) / 127), above = (uint16_t)(nearest + 1);
        const float error = quantized(weights, count, qlinear_bfloat16(nearest), -127, 127, scratch);
        return quantized(weights, count, qlinear_bfloat16(above), -127, 127, scratch) < error ? above : nearest;
    }
    static const float levels[] = {-6.8f, -7.2f, -7.6f, -8.0f, -8.4f, -8.8f, 6.2f, 6.6f, 7.0f, 7.4f, 7.8f, 8.2f};
    uint16_t best = bfloat16(largest / -8);
    float least = INFINITY;
    for (size_t level = 0; level < sizeof levels / sizeof *levels; level++) {
        uint16_t scale = bfloat16(largest / levels[level]);
        for (int round = 0; round < 2; round++) {
            const float error = quantized(weights, count, qlinear_bfloat16(scale), -8, 7, scratch);
            if (error < least) {
                least = error;
                best = scale;
            }
            float product = 0, square = 0;
            for (int64_t i = 0; i < count; i++) {
                product += weights[i] * (float)scratch[i];
                square += (float)(scratch[i] * scratch[i]);
            }
            if (square == 0) break;
            scale = bfloat16(product / square);
        }
    }
    return best;
}

VECTOR void pack(QLinearShape shape, const float *rows, int64_t row_count, uint8_t *panel) {
    float weights[QLINEAR_LONGEST_BLOCK] = {0};
    int32_t values[QLINEAR_LONGEST_BLOCK];
    const int64_t padded = qlinear_padded_inputs(shape);
    const int32_t offset = qlinear_offset(shape.bits), most = shape.bits == 8 ? 127 : 7;
    const int32_t least = shape.bits == 8 ? -127 : -8;
    memset(panel, 0, qlinear_panel_byte_count(shape));
    for (int64_t column = 0; column < QLINEAR_PANEL; column++) {
        for (int64_t start = 0, block = 0; start < padded; start += shape.block, block++) {
            const int64_t length = padded - start < shape.block ? padded - start : shape.block;
            uint16_t scale = 0;
            memset(values, 0, sizeof values);
            if (column < row_count) {
                const int64_t count = shape.inputs - start < length ? shape.inputs - start : length;
                memset(weights, 0, sizeof weights);
                memcpy(weights, rows + column * shape.inputs + start, sizeof(float) * (size_t)count);
                scale = best_scale(weights, length, shape.bits, values);
                quantized(weights, length, qlinear_bfloat16(scale), least, most, values);
            }
            memcpy(panel + qlinear_scales_place(shape, block) + 2 * column, &scale, sizeof scale);
            for (int64_t i = 0; i < length; i++) {
                const QLinearPlace place = qlinear_place(shape, column, start + i);
                const int32_t stored = values[i] + offset;
                panel[place.byte] |= (uint8_t)(place.is_high ? stored << 4 : stored);
            }
        }
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void pack_avx2(
    QLinearShape shape, const float *rows, int64_t row_count, uint8_t *panel) {
    pack(shape, rows, row_count, panel);
}
#endif

void qlinear_pack(QLinearShape shape, const float *rows, int64_t row_count, uint8_t *panel) {
#if defined(__x86_64__)
    if (qlinear_kernel_runs_here(&qlinear_avx2)) return pack_avx2(shape, rows, row_count, panel);
#endif
    pack(shape, rows, row_count, panel);
}

void qlinear_unpack(QLinearShape shape, const uint8_t *panels, int64_t output, float *row) {
    const int64_t column = output % QLINEAR_PANEL;
    const uint8_t *panel = panels + (size_t)(output / QLINEAR_PANEL) * qlinear_panel_byte_count(shape);
    const int32_t offset = qlinear_offset(shape.bits);
    for (int64_t block = 0; block * shape.block < shape.inputs; block++) {
        uint16_t bits;
        memcpy(&bits, panel + qlinear_scales_place(shape, block) + 2 * column, sizeof bits);
        const float scale = qlinear_bfloat16(bits);
        const int64_t end = (block + 1) * shape.block < shape.inputs ? (block + 1) * shape.block : shape.inputs;
        for (int64_t input = block * shape.block; input < end; input++) {
            const QLinearPlace place = qlinear_place(shape, column, input);
            const int32_t stored = shape.bits == 8 ? panel[place.byte] : panel[place.byte] >> (place.is_high ? 4 : 0) & 15;
            row[input] = (float)(stored - offset) * scale;
        }
    }
}
