// Attention for processors that multiply pairs of bfloat16: AMD from Zen 4 on, Intel from Sapphire Rapids on.

#include "internal.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma"))), apply_to = function)

#define TILE_ROWS 8
#define PAIRS 1
#include "attention_kernel.h"

bool attention_avx512bf16(const AttentionCall *call, int64_t batch, int64_t head) { return attend(call, batch, head); }

#pragma clang attribute pop

#endif
