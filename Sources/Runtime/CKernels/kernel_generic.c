// Kernels in plain C, for processors without any of the instructions that the others need.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quantize.h"

#define TILE_ROWS 2
#define PAIRS 0
#include "attention_kernel.h"

enum { ROWS = 4 };

/// Adds four inputs of a row to its sums, one for each output of the panel.
static void multiply_step(int32_t sums[QLINEAR_PANEL], const uint8_t weights[4 * QLINEAR_PANEL], const int8_t inputs[4]) {
    for (int column = 0; column < QLINEAR_PANEL; column++) {
        int32_t sum = 0;
        for (int i = 0; i < 4; i++) sum += (int32_t)weights[4 * column + i] * inputs[i];
        sums[column] += sum;
    }
}

/// The four low halves of 4-bit weights, or the four high ones.
static void unpack(const uint8_t packed[4 * QLINEAR_PANEL], int shift, uint8_t weights[4 * QLINEAR_PANEL]) {
    for (int i = 0; i < 4 * QLINEAR_PANEL; i++) weights[i] = (packed[i] >> shift) & 15;
}

static void multiply(const QLinearTile *tile, int32_t rows) {
    const QLinearShape shape = tile->shape;
    const int64_t inputs = qlinear_padded_inputs(shape);
    const uint8_t *weights = tile->panel;
    const int8_t *values = tile->rows.values;
    float totals[ROWS][QLINEAR_PANEL] = {{0}};

    for (int64_t start = 0, block = 0; start < inputs; start += shape.block, block++) {
        const int64_t count = inputs - start < shape.block ? inputs - start : shape.block;
        int32_t sums[ROWS][QLINEAR_PANEL];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < QLINEAR_PANEL; column++) {
                sums[row][column] = tile->rows.corrections[block * rows + row];
            }
        }
        for (int64_t i = 0; i < count; i += shape.bits == 8 ? 4 : 8, weights += 4 * QLINEAR_PANEL) {
            for (int shift = 0; shift < (shape.bits == 8 ? 4 : 8); shift += 4, values += 4 * rows) {
                uint8_t unpacked[4 * QLINEAR_PANEL];
                if (shape.bits == 4) unpack(weights, shift, unpacked);
                for (int row = 0; row < rows; row++) {
                    multiply_step(sums[row], shape.bits == 8 ? weights : unpacked, values + 4 * row);
                }
            }
        }
        const uint16_t *scales = (const uint16_t *)(const void *)weights;
        weights += 2 * QLINEAR_PANEL;
        for (int row = 0; row < rows; row++) {
            const float scale = tile->rows.scales[block * rows + row];
            for (int column = 0; column < QLINEAR_PANEL; column++) {
                totals[row][column] += (float)sums[row][column] * qlinear_bfloat16(scales[column]) * scale;
            }
        }
    }

    qlinear_finish(tile, rows, totals);
}

static void quantize(
    QLinearShape shape, const QLinearNorm *norm, const float *x, int32_t rows, QLinearRows out) {
    qlinear_quantize_rows(shape, norm, x, rows, out);
}

static double peak(int64_t rounds) {
    int32_t sums[QLINEAR_PANEL] = {0};
    uint8_t weights[4 * QLINEAR_PANEL];
    memset(weights, 3, sizeof weights);
    int8_t inputs[4] = {5, 5, 5, 5};
    for (int64_t round = 0; round < rounds; round++) {
        __asm__ volatile("" : : "r"(weights), "r"(inputs) : "memory");
        multiply_step(sums, weights, inputs);
    }
    __asm__ volatile("" : : "r"(sums) : "memory");
    return (double)(rounds * QLINEAR_PANEL * 4 * 2);
}

static bool runs_here(void) { return true; }

const QLinearKernel qlinear_generic = {
    .name = "plain C", .most_rows = ROWS, .runs_here = runs_here, .multiply = multiply, .quantize = quantize,
    .attend = attend, .attend_cached = attend_cached, .attend_crossed = attend_crossed, .peak = peak};
