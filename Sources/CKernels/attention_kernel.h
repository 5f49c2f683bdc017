// Attention over all keys, compiled for each instruction set.
//
// Who includes this defines TILE_ROWS (the queries of a tile) and PAIRS: 1 for bfloat16 products of two neighbours
// at once, 0 for floats.
//
// Keys are laid out in panels of 32 keys, values in panels of 32 columns, so that both products are the same loop: a tile
// of a few rows, whose elements lie in the order of their use, times a panel; the sums stay in registers.

#include <stdlib.h>

#include "internal.h"
#include "vector.h"

enum { PANEL = 32 };

#if PAIRS
typedef uint16_t Element;
#else
typedef float Element;
#endif

/// Neighbours along the sums that lie side by side.
enum { DEPTH = PAIRS ? 2 : 1 };

VECTOR int64_t rounded_up(int64_t count, int64_t multiple) { return (count + multiple - 1) / multiple * multiple; }

VECTOR Element element(float value) {
#if PAIRS
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value) return 0x7FC0;  // Rounding could make infinity or zero of a NaN.
    return (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
#else
    return value;
#endif
}

/// Where an element lies that is in row `depth` of a panel [depth, 32].
VECTOR int64_t panel_place(int64_t depth, int64_t column) {
    return (depth / DEPTH * PANEL + column) * DEPTH + depth % DEPTH;
}

/// Where an element lies that is in column `depth` of a row of a tile.
VECTOR int64_t tile_place(const int rows, int row, int64_t depth) {
    return (depth / DEPTH * rows + row) * DEPTH + depth % DEPTH;
}

/// Puts a row into a tile; behind it, zeros fill up the last pair.
VECTOR void pack_row(const int rows, int row, const float *values, int64_t count, float scale, Element *tile) {
    int64_t i = 0;
#if PAIRS
    for (; i + LANES <= count; i += LANES) {
        const __m512 scaled = (__m512)(floats_load(values + i) * scale);
        uint32_t pairs[LANES / 2];
        _mm256_storeu_si256((__m256i *)pairs, (__m256i)_mm512_cvtneps_pbh(scaled));
        for (int64_t pair = 0; pair < LANES / 2; pair++) {
            memcpy(tile + tile_place(rows, row, i + 2 * pair), &pairs[pair], sizeof pairs[pair]);
        }
    }
#endif
    for (; i < count; i++) tile[tile_place(rows, row, i)] = element(values[i] * scale);
    for (; i % DEPTH != 0; i++) tile[tile_place(rows, row, i)] = 0;
}

/// tile [rows, depth] × panel [depth, 32] → sums [rows, 32].
VECTOR void multiply_tile(
    const int rows, const Element *tile, const Element *panel, int64_t depth, float *out, int64_t out_stride) {
    Floats sums[TILE_ROWS][2];
#pragma unroll
    for (int row = 0; row < rows; row++) sums[row][0] = sums[row][1] = (Floats){0};
    for (int64_t at = 0; at < depth; at += DEPTH, panel += PANEL * DEPTH, tile += rows * DEPTH) {
#if PAIRS
        const __m512bh first = (__m512bh)_mm512_loadu_si512(panel), second = (__m512bh)_mm512_loadu_si512(panel + 32);
#pragma unroll
        for (int row = 0; row < rows; row++) {
            int32_t pair;
            memcpy(&pair, tile + row * DEPTH, sizeof pair);
            const __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
            sums[row][0] = (Floats)_mm512_dpbf16_ps((__m512)sums[row][0], both, first);
            sums[row][1] = (Floats)_mm512_dpbf16_ps((__m512)sums[row][1], both, second);
        }
#else
        const Floats first = floats_load(panel), second = floats_load(panel + LANES);
#pragma unroll
        for (int row = 0; row < rows; row++) {
            sums[row][0] += first * tile[row];
            sums[row][1] += second * tile[row];
        }
#endif
    }
#pragma unroll
    for (int row = 0; row < rows; row++) {
        floats_store(out + row * out_stride, sums[row][0]);
        floats_store(out + row * out_stride + LANES, sums[row][1]);
    }
}

/// The memory of one head.
typedef struct Head {
    /// [key panels, D, 32] and [value panels, S, 32], zeros where there is nothing.
    Element *keys, *values;
    /// [rows, D] and [rows, S]: a tile's queries, and its probabilities.
    Element *queries, *weights;
    /// [rows, S]: a tile's scores.
    float *scores;
    /// [rows, D].
    float *sums;
    /// D and S, as panels and pairs round them up.
    int64_t depth, width, key_count, key_width;
} Head;

/// Puts a key into its column of a panel.
VECTOR void pack_key(const float *key, int64_t size, Element *column) {
    int64_t i = 0;
#if PAIRS
    for (; i + LANES <= size; i += LANES) {
        uint32_t pairs[LANES / 2];
        _mm256_storeu_si256((__m256i *)pairs, (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(key + i)));
        for (int64_t pair = 0; pair < LANES / 2; pair++) {
            memcpy(column + panel_place(i + 2 * pair, 0), &pairs[pair], sizeof pairs[pair]);
        }
    }
#endif
    for (; i < size; i++) column[panel_place(i, 0)] = element(key[i]);
}

/// Puts the values of a key, or of two, into their row of the panels.
VECTOR void pack_values(const AttentionCall *call, const float *values, int64_t key, Head *head) {
    int64_t i = 0;
#if PAIRS
    const float *first = values, *second = key + 1 < call->keys ? values + call->value_stride : NULL;
    for (; i + LANES <= call->head_size; i += LANES) {
        const __m512 low = _mm512_loadu_ps(first + i), high = second ? _mm512_loadu_ps(second + i) : _mm512_setzero_ps();
        // Low halves are the first key's, high halves the second's.
        const __m512i pairs = _mm512_or_si512(
            _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(low)),
            _mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(high)), 16));
        Element *panel = head->values + i / PANEL * PANEL * head->key_count;
        _mm512_storeu_si512(panel + panel_place(key, i % PANEL), pairs);
    }
#endif
    for (int64_t next = key; next < key + DEPTH && next < call->keys; next++, values += call->value_stride) {
        for (int64_t column = i; column < call->head_size; column++) {
            Element *panel = head->values + column / PANEL * PANEL * head->key_count;
            panel[panel_place(next, column % PANEL)] = element(values[column]);
        }
    }
}

VECTOR void pack_head(const AttentionCall *call, const float *keys, const float *values, Head *head) {
    for (int64_t key = 0; key < call->keys; key++) {
        Element *panel = head->keys + key / PANEL * PANEL * head->depth;
        pack_key(keys + key * call->key_stride, call->head_size, panel + key % PANEL * DEPTH);
    }
    for (int64_t key = 0; key < call->keys; key += DEPTH) {
        pack_values(call, values + key * call->value_stride, key, head);
    }
}

/// Scores become probabilities, not yet divided by their sum, which is returned: a NaN where one of the scores is.
VECTOR float exponentials(int64_t count, float *scores) {
    // What is beyond the last score must neither be the largest nor be summed up.
    for (int64_t i = count; i % LANES != 0; i++) scores[i] = -INFINITY;
    Floats largest = floats_load(scores);
    for (int64_t i = LANES; i < count; i += LANES) {
        largest = floats_max(floats_load(scores + i), largest);
    }
    float most = largest[0];
    for (int lane = 1; lane < LANES; lane++) most = largest[lane] > most ? largest[lane] : most;
    Floats sum = {0};
    for (int64_t i = 0; i < count; i += LANES) {
        const Floats some = floats_exp(floats_load(scores + i) - most);
        floats_store(scores + i, some);
        sum += some;
    }
    return floats_sum(sum);
}

VECTOR void attend_tile(
    const AttentionCall *call, const int rows, const float *queries, float *out, Head *head) {
    for (int row = 0; row < rows; row++) {
        pack_row(rows, row, queries + row * call->query_stride, call->head_size, call->scale, head->queries);
    }
    for (int64_t key = 0; key < call->keys; key += PANEL) {
        multiply_tile(
            rows, head->queries, head->keys + key * head->depth, head->depth, head->scores + key, head->key_width);
    }
    float inverse[TILE_ROWS];
    for (int row = 0; row < rows; row++) {
        float *scores = head->scores + row * head->key_width;
        inverse[row] = 1 / exponentials(call->keys, scores);
        pack_row(rows, row, scores, call->keys, 1, head->weights);
    }
    for (int64_t column = 0; column < call->head_size; column += PANEL) {
        multiply_tile(
            rows, head->weights, head->values + column * head->key_count, head->key_count, head->sums + column,
            head->width);
    }
    for (int row = 0; row < rows; row++) {
        float *target = out + row * call->heads * call->head_size;
        for (int64_t i = 0; i < call->head_size; i++) target[i] = head->sums[row * head->width + i] * inverse[row];
    }
}

/// One head of one row; false where there is no memory for it.
static bool attend(const AttentionCall *call, int64_t batch, int64_t index) {
    Head head = {
        .depth = rounded_up(call->head_size, DEPTH), .width = rounded_up(call->head_size, PANEL),
        .key_count = rounded_up(call->keys, DEPTH), .key_width = rounded_up(call->keys, PANEL)};
    const size_t key_elements = (size_t)(head.key_width * head.depth), value_elements = (size_t)(head.width * head.key_count);
    const size_t tile_elements = (size_t)(TILE_ROWS * (head.depth + head.key_count));
    const size_t elements = (key_elements + value_elements + tile_elements) * sizeof(Element);
    const size_t tile_floats = (size_t)(TILE_ROWS * (head.key_width + head.width)) * sizeof(float);
    uint8_t *memory = calloc(1, elements + tile_floats + 64);
    if (!memory) return false;
    head.scores = (float *)(void *)(memory + (64 - (uintptr_t)memory % 64) % 64);
    head.sums = head.scores + TILE_ROWS * head.key_width;
    head.keys = (Element *)(void *)(head.sums + TILE_ROWS * head.width);
    head.values = head.keys + key_elements;
    head.queries = head.values + value_elements;
    head.weights = head.queries + TILE_ROWS * head.depth;

    const int64_t start = index * call->head_size;
    pack_head(
        call, call->key + batch * call->keys * call->key_stride + start,
        call->value + batch * call->keys * call->value_stride + start, &head);
    const float *queries = call->query + batch * call->queries * call->query_stride + start;
    float *out = call->out + batch * call->queries * call->heads * call->head_size + start;
    const int64_t out_stride = call->heads * call->head_size;
    for (int64_t next = 0; next < call->queries; next += call->queries < TILE_ROWS ? 1 : TILE_ROWS) {
        if (call->queries < TILE_ROWS) {
            attend_tile(call, 1, queries + next * call->query_stride, out + next * out_stride, &head);
        } else {
            // The last tile may overlap the one before: the same rows come out again.
            const int64_t row = next + TILE_ROWS <= call->queries ? next : call->queries - TILE_ROWS;
            attend_tile(call, TILE_ROWS, queries + row * call->query_stride, out + row * out_stride, &head);
        }
    }
    free(memory);
    return true;
}

#if !PAIRS

/// a · b over vectors of any length.
VECTOR float dot_product(const float *a, const float *b, int64_t count) {
    Floats sum = {0};
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) sum += floats_load(a + i) * floats_load(b + i);
    if (i < count) sum += floats_load_some(a + i, count - i) * floats_load_some(b + i, count - i);
    return floats_sum(sum);
}

/// One new token of one head, whose keys and values are in the cache.
VECTOR void attend_token(
    const CachedAttentionCall *call, const float *query, const float *keys, const float *values, int64_t count,
    const float *bias, float *scores, float *out) {
    for (int64_t i = 0; i < count; i++) {
        const float score = dot_product(query, keys + i * call->cache_head_size, call->head_size) * call->scale;
        scores[i] = bias ? score + bias[i] : score;
    }
    const float sum = exponentials(count, scores);
    for (int64_t first = 0; first < call->head_size; first += LANES) {
        const int64_t rest = call->head_size - first;
        Floats total = {0};
        for (int64_t i = 0; i < count; i++) {
            const float *value = values + i * call->cache_head_size + first;
            total += (rest >= LANES ? floats_load(value) : floats_load_some(value, rest)) * scores[i];
        }
        total /= sum;
        memcpy(out + first, &total, sizeof(float) * (size_t)(rest < LANES ? rest : LANES));
    }
}

static bool attend_cached(const CachedAttentionCall *call, int64_t batch, int64_t head) {
    const int64_t first = (int64_t)call->last_positions[batch] + 1 - call->tokens, size = call->head_size;
    const int64_t cache = (batch * call->heads + head) * call->capacity * call->cache_head_size;
    float *keys = call->key_cache + cache, *values = call->value_cache + cache;
    float *scores = calloc((size_t)rounded_up(first + call->tokens, LANES), sizeof(float));
    if (!scores) return false;
    for (int64_t token = 0; token < call->tokens; token++) {
        const int64_t from = batch * call->tokens + token, to = (first + token) * call->cache_head_size;
        memcpy(keys + to, call->key + from * call->key_stride + head * size, sizeof(float) * (size_t)size);
        memcpy(values + to, call->value + from * call->value_stride + head * size, sizeof(float) * (size_t)size);
        for (int64_t i = size; i < call->cache_head_size; i++) keys[to + i] = values[to + i] = 0;
    }
    for (int64_t token = 0; token < call->tokens; token++) {
        const int64_t row = batch * call->tokens + token;
        const float *bias = NULL;
        if (call->bias) bias = call->bias + ((batch * call->heads + head) * call->tokens + token) * call->bias_length;
        attend_token(
            call, call->query + row * call->query_stride + head * size, keys, values, first + token + 1, bias, scores,
            call->out + (row * call->heads + head) * size);
    }
    free(scores);
    return true;
}

#endif
