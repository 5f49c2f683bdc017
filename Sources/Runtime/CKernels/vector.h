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

/// 2^x for |x| ≤ 126, to a few units in the last place: 2^n · 2^f with |f| ≤ ½, and a series of 2^f up to the sixth power.
VECTOR Floats floats_exp2(Floats x) {
    const Floats shifted = x + QLINEAR_ROUNDING;
    const Floats rest = x - (shifted - QLINEAR_ROUNDING);
    Floats sum = (Floats){0} + 1.54035304e-4f;
    sum = sum * rest + 1.33335581e-3f;
    sum = sum * rest + 9.61812911e-3f;
    sum = sum * rest + 5.55041087e-2f;
    sum = sum * rest + 2.40226507e-1f;
    sum = sum * rest + 6.93147181e-1f;
    sum = sum * rest + 1.0f;
    const Integers exponent = (Integers)shifted << 23;
    return (Floats)((Integers)sum + exponent);
}

/// e^x for x ≤ 0, as good as 0 below −87, and NaN for NaN.
VECTOR Floats floats_exp(Floats x) {
    const Floats least = (Floats){0} - 87.0f;
    return floats_select(x == x, floats_exp2(floats_max(least, x) * 1.44269504f), x);
}

/// x · Φ(x), to 1e-7: Φ(−m) is 2 to the power of a polynomial of m, fitted for 0 ≤ m ≤ 7, and as good as 0 beyond.
VECTOR Floats floats_gelu(Floats x) {
    const Floats most = (Floats){0} + 7.0f, magnitude = __builtin_elementwise_abs(x);
    const Integers is_near = magnitude < most;
    const Floats m = floats_select(is_near, magnitude, most);
    Floats power = (Floats){0} + 3.30928015e-5f;
    power = power * m - 7.69219594e-4f;
    power = power * m + 8.08071625e-3f;
    power = power * m - 5.34121022e-2f;
    power = power * m - 4.58770961e-1f;
    power = power * m - 1.15120173e+0f;
    power = power * m - 9.99993086e-1f;
    const Floats tail = floats_select(is_near, floats_exp2(power), (Floats){0});
    return x * floats_select(x < 0.0f, tail, 1.0f - tail);
}

#endif
