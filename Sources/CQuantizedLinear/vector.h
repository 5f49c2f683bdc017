// Vectors of sixteen floats, which the compiler cuts into what the instruction set has, and functions of them.

#ifndef QLINEAR_VECTOR_H
#define QLINEAR_VECTOR_H

#include <stdint.h>
#include <string.h>

// Functions of such vectors are inlined wherever they are called, so that no registers are agreed upon.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float Floats __attribute__((vector_size(64)));
typedef int32_t Integers __attribute__((vector_size(64)));

enum { LANES = 16 };

#define VECTOR static inline __attribute__((always_inline))

VECTOR Floats floats_load(const float *place) {
    Floats value;
    memcpy(&value, place, sizeof value);
    return value;
}

/// The first `count` floats, and zeros behind them.
VECTOR Floats floats_load_some(const float *place, int64_t count) {
    Floats value = {0};
    if (count >= LANES) return floats_load(place);
    memcpy(&value, place, sizeof(float) * (size_t)count);
    return value;
}

VECTOR void floats_store(float *place, Floats value) { memcpy(place, &value, sizeof value); }

/// `yes` where the mask's bits are set, `no` elsewhere.
VECTOR Floats floats_select(Integers mask, Floats yes, Floats no) {
    return (Floats)(((Integers)yes & mask) | ((Integers)no & ~mask));
}

/// The larger ones, and b where either is a NaN.
VECTOR Floats floats_max(Floats a, Floats b) { return floats_select(a > b, a, b); }

/// The sum of all lanes, by halves.
VECTOR float floats_sum(Floats value) {
    typedef float Half __attribute__((vector_size(32)));
    typedef float Quarter __attribute__((vector_size(16)));
    const Half half = __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7) +
                      __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15);
    const Quarter quarter =
        __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

/// Adding 1.5 · 2²³ leaves the nearest integer in the low bits of a float's mantissa.
#define QLINEAR_ROUNDING 12582912.0f

/// e^x for x ≤ 0, as good as 0 below −87, and NaN for NaN; to a few units in the last place: 2^n · 2^f with |f| ≤ ½, and
/// a series of 2^f up to the seventh power.
VECTOR Floats floats_exp(Floats x) {
    const Floats least = (Floats){0} - 87.0f, log2e = (Floats){0} + 1.44269504f;
    const Floats scaled = floats_max(least, x) * log2e;
    const Floats shifted = scaled + QLINEAR_ROUNDING;
    const Floats whole = shifted - QLINEAR_ROUNDING, rest = scaled - whole;
    Floats sum = (Floats){0} + 1.52527338e-5f;
    sum = sum * rest + 1.54035304e-4f;
    sum = sum * rest + 1.33335581e-3f;
    sum = sum * rest + 9.61812911e-3f;
    sum = sum * rest + 5.55041087e-2f;
    sum = sum * rest + 2.40226507e-1f;
    sum = sum * rest + 6.93147181e-1f;
    sum = sum * rest + 1.0f;
    const Integers exponent = (Integers)shifted << 23;
    return floats_select(x == x, (Floats)((Integers)sum + exponent), x);
}

/// x · Φ(x), with the error function of Abramowitz & Stegun 7.1.26, which is right to 1.5e-7.
VECTOR Floats floats_gelu(Floats x) {
    const Floats magnitude = __builtin_elementwise_abs(x) * 0.707106781f;
    const Floats t = 1.0f / (magnitude * 0.3275911f + 1.0f);
    Floats sum = (Floats){0} + 1.061405429f;
    sum = sum * t - 1.453152027f;
    sum = sum * t + 1.421413741f;
    sum = sum * t - 0.284496736f;
    sum = sum * t + 0.254829592f;
    // Φ(−|x|) is half of that; Φ(|x|) is the rest to one.
    const Floats tail = sum * t * floats_exp(-magnitude * magnitude) * 0.5f;
    return x * floats_select(x < 0.0f, tail, 1.0f - tail);
}

#endif
