// Attention: heads side by side.

#include <stdatomic.h>
#include <string.h>

#include "internal.h"

/// Multiplications below which threads are not worth their waking.
enum { FEW = 100000 };

typedef struct Work {
    const QLinearKernel *kernel;
    const AttentionCall *call;
    const CachedAttentionCall *cached;
    const CrossAttentionCall *crossed;
    int64_t heads;
    atomic_bool has_failed;
} Work;

static void attend_head(void *data, size_t index) {
    Work *work = data;
    const int64_t batch = (int64_t)index / work->heads, head = (int64_t)index % work->heads;
    const bool is_done = work->call     ? work->kernel->attend(work->call, batch, head)
                         : work->cached ? work->kernel->attend_cached(work->cached, batch, head)
                                        : work->kernel->attend_crossed(work->crossed, batch, head);
    if (!is_done) atomic_store(&work->has_failed, true);
}

bool attention_run(const QLinearKernel *kernel, const AttentionCall *call, QLinearParallel parallel, void *context) {
    Work work = {.kernel = kernel, .call = call, .heads = call->heads};
    const size_t heads = (size_t)(call->batch * call->heads);
    if (call->keys == 0) {
        // A sum over nothing.
        memset(call->out, 0, heads * (size_t)(call->queries * call->head_size) * sizeof(float));
    } else if (call->queries > 0) {
        parallel(context, attend_head, heads, &work);
    }
    return !work.has_failed;
}

bool cached_attention_run(
    const QLinearKernel *kernel, const CachedAttentionCall *call, QLinearParallel parallel, void *context) {
    if (call->tokens == 0) return true;
    Work work = {.kernel = kernel, .cached = call, .heads = call->heads};
    int64_t pairs = 0;
    for (int64_t row = 0; row < call->batch; row++) pairs += ((int64_t)call->last_positions[row] + 1) * call->tokens;
    const size_t count = (size_t)(call->batch * call->heads);
    if (pairs * call->heads * call->head_size * 2 > FEW) {
        parallel(context, attend_head, count, &work);
    } else {
        for (size_t index = 0; index < count; index++) attend_head(&work, index);
    }
    return !work.has_failed;
}

bool cross_attention_run(
    const QLinearKernel *kernel, const CrossAttentionCall *call, QLinearParallel parallel, void *context) {
    Work work = {.kernel = kernel, .crossed = call, .heads = call->heads};
    int64_t pairs = 0;
    for (int64_t row = 0; row < call->batch; row++) pairs += call->lengths[row] * call->tokens;
    // One task for a head of an input, whichever rows look at it: its keys and values are read from memory once.
    const size_t count = (size_t)(call->inputs * call->heads);
    if (pairs * call->heads * call->head_size * 2 > FEW) {
        parallel(context, attend_head, count, &work);
    } else {
        for (size_t index = 0; index < count; index++) attend_head(&work, index);
    }
    return !work.has_failed;
}
