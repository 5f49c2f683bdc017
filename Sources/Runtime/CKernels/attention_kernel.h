// Attention over all keys, compiled for each instruction set.
//
// Who includes this defines TILE_ROWS (the rows of a tile) and PAIRS: 1 for bfloat16 products of two neighbours
// at once, 0 for floats.
//
// Queries are columns: a panel holds up to 32 of them, side by side in the lanes of vectors. Keys, and then the columns of
// the values, are the rows of tiles. Both products are the same loop, a tile times a panel, whose sums stay in
// registers; and the probabilities come out as the panel that the second product takes.

#include <stdlib.h>

#include "internal.h"
#include "vector.h"

#if PAIRS
typedef uint16_t Element;
#else
typedef float Element;
#endif

enum {
    /// Vectors of a panel that is full.
    VECTORS = 2,
    /// Neighbours along the sums that lie side by side.
    DEPTH = PAIRS ? 2 : 1
};

/// Eight elements of 32 bits.
typedef int32_t Eight __attribute__((vector_size(32)));

/// Row i becomes column i: single elements change places, then pairs, then halves.
VECTOR void transpose(Eight rows[8]) {
    Eight singles[8], pairs[8];
#pragma unroll
    for (int i = 0; i < 8; i += 2) {
        singles[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        singles[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
#pragma unroll
    for (int i = 0; i < 8; i += 4) {
#pragma unroll
        for (int j = 0; j < 2; j++) {
            const Eight above = singles[i + j], below = singles[i + j + 2];
            pairs[i + 2 * j] = __builtin_shufflevector(above, below, 0, 1, 8, 9, 4, 5, 12, 13);
            pairs[i + 2 * j + 1] = __builtin_shufflevector(above, below, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
        rows[i] = __builtin_shufflevector(pairs[i], pairs[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = __builtin_shufflevector(pairs[i], pairs[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

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

/// Packs some rows, each `stride` floats behind the one before: their first `count` floats, times `scale`, become rows of a
/// tile or columns of a panel, in which `group` elements lie from one group of DEPTH neighbours to the next. Zeros follow
/// them, up to `depth` in all.
VECTOR void pack_each(
    int64_t rows, const float *values, int64_t stride, int64_t count, float scale, int64_t depth, Element *place,
    int64_t group) {
    for (int64_t row = 0; row < rows; row++, values += stride, place += DEPTH) {
        for (int64_t i = 0; i < depth; i++) {
            place[i / DEPTH * group + i % DEPTH] = i < count ? element(values[i] * scale) : 0;
        }
    }
}

/// The same of eight rows.
VECTOR void pack_eight(
    const float *values, int64_t stride, int64_t count, float scale, int64_t depth, Element *place, int64_t group) {
#if PAIRS
    for (int64_t first = 0; first < depth; first += LANES) {
        const __mmask16 there = count - first >= LANES ? 0xFFFF : (__mmask16)((1 << (count - first)) - 1);
        Eight pairs[8];
#pragma unroll
        for (int row = 0; row < 8; row++) {
            const __m512 some = _mm512_maskz_loadu_ps(there, values + row * stride + first);
            pairs[row] = (Eight)_mm512_cvtneps_pbh(_mm512_mul_ps(some, _mm512_set1_ps(scale)));
        }
        transpose(pairs);
        for (int pair = 0; pair < 8 && first + 2 * pair < depth; pair++, place += group) {
            memcpy(place, &pairs[pair], sizeof(Eight));
        }
    }
#else
    pack_each(8, values, stride, count, scale, depth, place, group);
#endif
}

/// Two vectors, element by element side by side; the first one alone where there are no pairs.
VECTOR void store_group(Element *place, Floats first, Floats second) {
#if PAIRS
    const __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)first));
    const __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)second));
    _mm512_storeu_si512(place, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
#else
    (void)second;
    floats_store(place, first);
#endif
}

/// tile [TILE_ROWS, depth] × panel [depth, 16 · vectors] × factors [16 · vectors] → out [TILE_ROWS, 16 · vectors].
VECTOR void multiply_tile(
    const int vectors, const Element *tile, const Element *panel, int64_t depth, const Floats *factors, float *out) {
    Floats sums[TILE_ROWS][VECTORS];
#pragma unroll
    for (int row = 0; row < TILE_ROWS; row++) {
#pragma unroll
        for (int vector = 0; vector < vectors; vector++) sums[row][vector] = (Floats){0};
    }
    for (int64_t at = 0; at < depth; at += DEPTH, panel += vectors * LANES * DEPTH, tile += TILE_ROWS * DEPTH) {
        Floats columns[VECTORS];
#pragma unroll
        for (int vector = 0; vector < vectors; vector++) memcpy(&columns[vector], panel + vector * LANES * DEPTH, sizeof(Floats));
#pragma unroll
        for (int row = 0; row < TILE_ROWS; row++) {
#if PAIRS
            int32_t pair;
            memcpy(&pair, tile + row * DEPTH, sizeof pair);
            const __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
#pragma unroll
            for (int vector = 0; vector < vectors; vector++) {
                sums[row][vector] = (Floats)_mm512_dpbf16_ps((__m512)sums[row][vector], both, (__m512bh)columns[vector]);
            }
#else
#pragma unroll
            for (int vector = 0; vector < vectors; vector++) sums[row][vector] += columns[vector] * tile[row];
#endif
        }
    }
#pragma unroll
    for (int row = 0; row < TILE_ROWS; row++, out += vectors * LANES) {
#pragma unroll
        for (int vector = 0; vector < vectors; vector++) {
            floats_store(out + vector * LANES, factors ? sums[row][vector] * factors[vector] : sums[row][vector]);
        }
    }
}

/// The memory of one head. What is beyond a last row or neighbour is zero.
typedef struct Head {
    /// Tiles of keys [S / rows, D, rows], and of the values' columns [D / rows, S, rows].
    Element *keys, *values;
    /// Panels: the queries [D, 32], and their probabilities [S, 32].
    Element *queries, *weights;
    /// [S, 32]: the queries' scores.
    float *scores;
    /// D and S, filled up to whole groups of neighbours.
    int64_t depth, key_count;
} Head;

/// The values of a key, or of two, into all tiles.
VECTOR void pack_values(const AttentionCall *call, const float *values, int64_t key, Head *head) {
    const float *second = values + call->value_stride;
    const bool is_last = key + 1 == call->keys;
    Element group[TILE_ROWS * DEPTH];
    for (int64_t column = 0; column < call->head_size; column += TILE_ROWS) {
        const int64_t rest = call->head_size - column;
        Element *place = head->values + column * head->key_count + key * TILE_ROWS;
#if PAIRS
        if (rest >= TILE_ROWS && TILE_ROWS == 8) {
            // Low halves are the first key's, high halves the second's.
            const __m256i low = _mm256_cvtepu16_epi32((__m128i)_mm256_cvtneps_pbh(_mm256_loadu_ps(values + column)));
            const __m256 above = is_last ? _mm256_setzero_ps() : _mm256_loadu_ps(second + column);
            const __m256i high = _mm256_cvtepu16_epi32((__m128i)_mm256_cvtneps_pbh(above));
            _mm256_storeu_si256((__m256i *)(void *)place, _mm256_or_si256(low, _mm256_slli_epi32(high, 16)));
            continue;
        }
#endif
        for (int64_t row = 0; row < TILE_ROWS; row++) {
            group[row * DEPTH] = row < rest ? element(values[column + row]) : 0;
            if (DEPTH == 2) group[row * DEPTH + 1] = row < rest && !is_last ? element(second[column + row]) : 0;
        }
        memcpy(place, group, sizeof group);
    }
}

VECTOR void pack_head(const AttentionCall *call, const float *keys, const float *values, Head *head) {
    for (int64_t key = 0; key < call->keys; key += TILE_ROWS) {
        const int64_t rest = call->keys - key, stride = call->key_stride, group = TILE_ROWS * DEPTH;
        const float *first = keys + key * stride;
        Element *tile = head->keys + key * head->depth;
        if (TILE_ROWS == 8 && rest >= 8) {
            pack_eight(first, stride, call->head_size, call->scale, head->depth, tile, group);
        } else {
            pack_each(rest < TILE_ROWS ? rest : TILE_ROWS, first, stride, call->head_size, call->scale, head->depth, tile, group);
            for (int64_t row = rest; row < TILE_ROWS; row++) pack_each(1, first, 0, 0, 1, head->depth, tile + row * DEPTH, group);
        }
    }
    for (int64_t key = 0; key < call->keys; key += DEPTH) {
        pack_values(call, values + key * call->value_stride, key, head);
    }
}

/// Scores [S, 16 · vectors] become probabilities, not yet divided by their sums; the sums' inverses are NaN where a score is.
VECTOR void weigh(const int vectors, int64_t keys, const Head *head, Floats *inverses) {
    const int64_t columns = vectors * LANES;
    for (int vector = 0; vector < vectors; vector++) {
        const float *scores = head->scores + vector * LANES;
        Floats largest = floats_load(scores), sum = {0};
        for (int64_t key = 1; key < keys; key++) largest = floats_max(floats_load(scores + key * columns), largest);
        for (int64_t key = 0; key < keys; key += DEPTH) {
            const Floats first = floats_exp(floats_load(scores + key * columns) - largest);
            Floats second = {0};
            if (DEPTH == 2 && key + 1 < keys) second = floats_exp(floats_load(scores + (key + 1) * columns) - largest);
            sum += first + second;
            store_group(head->weights + key * columns + vector * LANES * DEPTH, first, second);
        }
        inverses[vector] = 1 / sum;
    }
}

/// sums [TILE_ROWS, columns] → out [count, D], from its column `first` on.
VECTOR void put_columns(
    const AttentionCall *call, const float *sums, int64_t columns, int64_t count, int64_t first, float *out) {
    const int64_t rest = call->head_size - first, stride = call->heads * call->head_size;
    int64_t query = 0;
    out += first;
#if TILE_ROWS == 8
    for (; rest >= 8 && query + 8 <= count; query += 8) {
        Eight some[8];
        for (int row = 0; row < 8; row++) memcpy(&some[row], sums + row * columns + query, sizeof(Eight));
        transpose(some);
        for (int row = 0; row < 8; row++) memcpy(out + (query + row) * stride, &some[row], sizeof(Eight));
    }
#endif
    for (; query < count; query++) {
        for (int64_t row = 0; row < TILE_ROWS && row < rest; row++) out[query * stride + row] = sums[row * columns + query];
    }
}

/// Up to 16 · vectors queries.
VECTOR void attend_panel(
    const AttentionCall *call, const int vectors, int64_t count, const float *queries, float *out, const Head *head) {
    const int64_t columns = vectors * LANES, stride = call->query_stride;
    int64_t query = 0;
    for (; query + 8 <= count; query += 8) {
        Element *place = head->queries + query * DEPTH;
        pack_eight(queries + query * stride, stride, call->head_size, 1, head->depth, place, columns * DEPTH);
    }
    for (; query < columns; query++) {
        const int64_t there = query < count ? call->head_size : 0;
        Element *place = head->queries + query * DEPTH;
        pack_each(1, queries + query * stride, 0, there, 1, head->depth, place, columns * DEPTH);
    }
    for (int64_t key = 0; key < call->keys; key += TILE_ROWS) {
        multiply_tile(
            vectors, head->keys + key * head->depth, head->queries, head->depth, NULL, head->scores + key * columns);
    }
    Floats inverses[VECTORS];
    weigh(vectors, call->keys, head, inverses);
    float sums[TILE_ROWS * VECTORS * LANES];
    for (int64_t first = 0; first < call->head_size; first += TILE_ROWS) {
        multiply_tile(
            vectors, head->values + first * head->key_count, head->weights, head->key_count, inverses, sums);
        put_columns(call, sums, columns, count, first, out);
    }
}

/// One head of one row; false where there is no memory for it.
static bool attend(const AttentionCall *call, int64_t batch, int64_t index) {
    Head head = {.depth = rounded_up(call->head_size, DEPTH), .key_count = rounded_up(call->keys, DEPTH)};
    const int64_t key_rows = rounded_up(call->keys, TILE_ROWS), value_rows = rounded_up(call->head_size, TILE_ROWS);
    const int64_t most = VECTORS * LANES;
    const size_t elements = (size_t)(key_rows * head.depth + value_rows * head.key_count + most * (head.depth + head.key_count));
    void *memory = NULL;
    if (posix_memalign(&memory, 64, (size_t)(key_rows * most) * sizeof(float) + elements * sizeof(Element)) != 0) return false;
    head.scores = memory;
    head.queries = (Element *)(void *)(head.scores + key_rows * most);
    head.weights = head.queries + most * head.depth;
    head.keys = head.weights + most * head.key_count;
    head.values = head.keys + key_rows * head.depth;

    const int64_t start = index * call->head_size;
    pack_head(
        call, call->key + batch * call->keys * call->key_stride + start,
        call->value + batch * call->keys * call->value_stride + start, &head);
    const float *queries = call->query + batch * call->queries * call->query_stride + start;
    float *out = call->out + batch * call->queries * call->heads * call->head_size + start;
    for (int64_t query = 0; query < call->queries; query += most) {
        const int64_t count = call->queries - query < most ? call->queries - query : most;
        const float *some = queries + query * call->query_stride;
        float *target = out + query * call->heads * call->head_size;
        if (count > LANES) attend_panel(call, 2, count, some, target, &head);
        else attend_panel(call, 1, count, some, target, &head);
    }
    free(memory);
    return true;
}

#if !PAIRS

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

/// a · b over vectors of any length.
VECTOR float dot_product(const float *a, const float *b, int64_t count) {
    Floats sum = {0};
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) sum += floats_load(a + i) * floats_load(b + i);
    if (i < count) sum += floats_load_some(a + i, count - i) * floats_load_some(b + i, count - i);
    return floats_sum(sum);
}

/// Vectors of `count` rows, `stride` floats from one to the next, each times its weight, summed up and divided by `sum`.
VECTOR void weigh_rows(
    const int vectors, const float *rows, int64_t stride, int64_t count, const float *weights, float sum, float *out) {
    Floats totals[4] = {{0}};
    for (int64_t i = 0; i < count; i++, rows += stride) {
#pragma unroll
        for (int vector = 0; vector < vectors; vector++) totals[vector] += floats_load(rows + vector * LANES) * weights[i];
    }
#pragma unroll
    for (int vector = 0; vector < vectors; vector++) floats_store(out + vector * LANES, totals[vector] / sum);
}

/// One token of one head over keys and values that lie `stride` floats apart.
VECTOR void attend_token(
    const float *query, const float *keys, const float *values, int64_t stride, int64_t count, int64_t size, float scale,
    const float *bias, float *scores, float *out) {
    for (int64_t i = 0; i < count; i++) {
        const float score = dot_product(query, keys + i * stride, size) * scale;
        scores[i] = bias ? score + bias[i] : score;
    }
    const float sum = exponentials(count, scores);
    int64_t first = 0;
    // Several vectors of a row at once, so that each row is read from its beginning to its end.
    for (; first + 4 * LANES <= size; first += 4 * LANES) weigh_rows(4, values + first, stride, count, scores, sum, out + first);
    for (; first + LANES <= size; first += LANES) weigh_rows(1, values + first, stride, count, scores, sum, out + first);
    if (first < size) {
        const int64_t rest = size - first;
        Floats total = {0};
        for (int64_t i = 0; i < count; i++) total += floats_load_some(values + i * stride + first, rest) * scores[i];
        total /= sum;
        memcpy(out + first, &total, sizeof(float) * (size_t)rest);
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
            call->query + row * call->query_stride + head * size, keys, values, call->cache_head_size, first + token + 1,
            size, call->scale, bias, scores, call->out + (row * call->heads + head) * size);
    }
    free(scores);
    return true;
}

/// One head of an input, for all rows that look at it; false where there is no memory for that.
static bool attend_crossed(const CrossAttentionCall *call, int64_t input, int64_t head) {
    const int64_t size = call->head_size, width = call->heads * size;
    const int64_t place = input * call->capacity * width + head * size;
    float *scores = NULL;
    for (int64_t row = 0; row < call->batch; row++) {
        if (call->sources[row] != input) continue;
        if (!scores) scores = calloc((size_t)rounded_up(call->capacity, LANES), sizeof(float));
        if (!scores) return false;
        for (int64_t token = row * call->tokens; token < (row + 1) * call->tokens; token++) {
            attend_token(
                call->query + token * call->query_stride + head * size, call->keys + place, call->values + place, width,
                call->lengths[row], size, call->scale, NULL, scores, call->out + (token * call->heads + head) * size);
        }
    }
    free(scores);
    return true;
}

#endif
