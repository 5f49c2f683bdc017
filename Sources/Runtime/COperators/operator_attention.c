// Attention, CachedAttention and CrossAttention, as operators of ONNX Runtime.

#include <stdbool.h>
#include <string.h>

#include "operator.h"

/// A node of a graph.
typedef struct Node {
    const OrtApi *api;
    const QLinearKernel *kernel;
    int64_t heads, head_size;
    /// Where the first head of queries, keys and values begins in the last axis.
    int64_t starts[3];
    float scale;
} Node;

static OrtStatus *make_node(const OrtApi *api, const OrtKernelInfo *info, bool has_new_keys, void **out) {
    Node found = {.api = api, .kernel = qlinear_best_kernel()};
    TRY(operator_attribute(api, info, "heads", 1, 1 << 16, &found.heads));
    TRY(operator_attribute(api, info, "head_size", 1, 1 << 16, &found.head_size));
    TRY(operator_attribute(api, info, "query_start", 0, 1 << 24, &found.starts[0]));
    if (has_new_keys) {
        TRY(operator_attribute(api, info, "key_start", 0, 1 << 24, &found.starts[1]));
        TRY(operator_attribute(api, info, "value_start", 0, 1 << 24, &found.starts[2]));
    }
    TRY(api->KernelInfoGetAttribute_float(info, "scale", &found.scale));
    Node *node = malloc(sizeof *node);
    if (!node) return api->CreateStatus(FAIL, "no memory for an operator");
    *node = found;
    *out = node;
    return NULL;
}

static OrtStatus *create(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **out) {
    (void)op;
    return make_node(api, info, true, out);
}

/// Cross-attention's keys and values are an encoder's, and lie apart.
static OrtStatus *create_cross(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **out) {
    (void)op;
    return make_node(api, info, false, out);
}

/// Queries, keys or values: [B, T, ...] with room for all heads.
static OrtStatus *read_tokens(const Node *node, OrtKernelContext *context, size_t index, Tensor *tensor) {
    TRY(operator_input(node->api, context, index, tensor));
    if (tensor->rank != 3 || tensor->axes[2] < node->starts[index] + node->heads * node->head_size) {
        return node->api->CreateStatus(INVALID_ARGUMENT, "attention over tensors of another shape than [B, T, heads]");
    }
    tensor->data = (float *)tensor->data + node->starts[index];
    return NULL;
}

static OrtStatus *compute_attention(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    Tensor query, key, value;
    TRY(read_tokens(node, context, 0, &query));
    TRY(read_tokens(node, context, 1, &key));
    TRY(read_tokens(node, context, 2, &value));
    if (key.axes[0] != query.axes[0] || value.axes[0] != query.axes[0] || value.axes[1] != key.axes[1]) {
        return api->CreateStatus(INVALID_ARGUMENT, "queries, keys and values are not as many");
    }
    AttentionCall call = {
        .batch = query.axes[0], .heads = node->heads, .head_size = node->head_size, .queries = query.axes[1],
        .keys = key.axes[1], .query = query.data, .key = key.data, .value = value.data,
        .query_stride = query.axes[2], .key_stride = key.axes[2], .value_stride = value.axes[2],
        .scale = node->scale};
    const int64_t axes[3] = {query.axes[0], query.axes[1], node->heads * node->head_size};
    TRY(operator_output(api, context, 0, axes, 3, (void **)&call.out));
    Threads threads = {.api = api, .context = context};
    if (!attention_run(node->kernel, &call, operator_parallel, &threads)) {
        return api->CreateStatus(FAIL, "no memory for attention");
    }
    return threads.status;
}

/// The cache that the call writes: the very memory of the one it was given, or a copy.
static OrtStatus *share_cache(
    const Node *node, OrtKernelContext *context, size_t output, const Tensor *past, float **cache) {
    void *present;
    TRY(operator_output(node->api, context, output, past->axes, past->rank, &present));
    if (present != past->data) memcpy(present, past->data, sizeof(float) * (size_t)past->count);
    *cache = present;
    return NULL;
}

static OrtStatus *compute_cached(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    Tensor query, key, value, keys, values, last, bias;
    TRY(read_tokens(node, context, 0, &query));
    TRY(read_tokens(node, context, 1, &key));
    TRY(read_tokens(node, context, 2, &value));
    TRY(operator_input(api, context, 3, &keys));
    TRY(operator_input(api, context, 4, &values));
    TRY(operator_input(api, context, 5, &last));
    TRY(operator_input(api, context, 6, &bias));
    const int64_t batch = query.axes[0], tokens = query.axes[1];
    if (key.axes[0] != batch || value.axes[0] != batch || key.axes[1] != tokens || value.axes[1] != tokens ||
        keys.rank != 4 || keys.axes[0] != batch || keys.axes[1] != node->heads || keys.axes[3] < node->head_size ||
        values.rank != 4 || memcmp(keys.axes, values.axes, sizeof(int64_t) * 4) != 0 || last.count != batch ||
        (bias.data && (bias.rank != 4 || bias.axes[0] != batch || bias.axes[1] != node->heads || bias.axes[2] != tokens))) {
        return api->CreateStatus(INVALID_ARGUMENT, "new tokens, cache, lengths and bias do not fit");
    }
    for (int64_t row = 0; row < batch; row++) {
        const int64_t position = ((const int32_t *)last.data)[row];
        if (position + 1 < tokens || position >= keys.axes[2] || (bias.data && position >= bias.axes[3])) {
            return api->CreateStatus(INVALID_ARGUMENT, "a row is longer than its cache or its bias");
        }
    }
    CachedAttentionCall call = {
        .batch = batch, .heads = node->heads, .head_size = node->head_size, .tokens = tokens, .query = query.data,
        .key = key.data, .value = value.data, .query_stride = query.axes[2], .key_stride = key.axes[2],
        .value_stride = value.axes[2], .scale = node->scale, .capacity = keys.axes[2],
        .cache_head_size = keys.axes[3], .last_positions = last.data, .bias = bias.data, .bias_length = bias.axes[3]};
    const int64_t axes[3] = {batch, tokens, node->heads * node->head_size};
    TRY(operator_output(api, context, 0, axes, 3, (void **)&call.out));
    TRY(share_cache(node, context, 1, &keys, &call.key_cache));
    TRY(share_cache(node, context, 2, &values, &call.value_cache));
    Threads threads = {.api = api, .context = context};
    if (!cached_attention_run(node->kernel, &call, operator_parallel, &threads)) {
        return api->CreateStatus(FAIL, "no memory for attention");
    }
    return threads.status;
}

static OrtStatus *compute_cross(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    Tensor query, keys, values, sources, lengths;
    TRY(read_tokens(node, context, 0, &query));
    TRY(operator_input(api, context, 1, &keys));
    TRY(operator_input(api, context, 2, &values));
    TRY(operator_input(api, context, 3, &sources));
    TRY(operator_input(api, context, 4, &lengths));
    const int64_t batch = query.axes[0];
    if (keys.rank != 3 || keys.axes[2] != node->heads * node->head_size || values.rank != 3 ||
        memcmp(keys.axes, values.axes, sizeof(int64_t) * 3) != 0 || sources.count != batch || lengths.count != batch) {
        return api->CreateStatus(INVALID_ARGUMENT, "queries, keys, values, sources and lengths do not fit");
    }
    for (int64_t row = 0; row < batch; row++) {
        const int64_t source = ((const int32_t *)sources.data)[row], length = ((const int32_t *)lengths.data)[row];
        if (source < 0 || source >= keys.axes[0] || length < 1 || length > keys.axes[1]) {
            return api->CreateStatus(INVALID_ARGUMENT, "a row looks at an input, or at keys, that are not there");
        }
    }
    CrossAttentionCall call = {
        .batch = batch, .heads = node->heads, .head_size = node->head_size, .tokens = query.axes[1], .query = query.data,
        .query_stride = query.axes[2], .scale = node->scale, .keys = keys.data, .values = values.data,
        .inputs = keys.axes[0], .capacity = keys.axes[1], .sources = sources.data, .lengths = lengths.data};
    const int64_t axes[3] = {batch, query.axes[1], node->heads * node->head_size};
    TRY(operator_output(api, context, 0, axes, 3, (void **)&call.out));
    Threads threads = {.api = api, .context = context};
    if (!cross_attention_run(node->kernel, &call, operator_parallel, &threads)) {
        return api->CreateStatus(FAIL, "no memory for attention");
    }
    return threads.status;
}

// MARK: What ONNX Runtime asks

static const char *attention_name(const OrtCustomOp *op) {
    (void)op;
    return "Attention";
}

static const char *cached_name(const OrtCustomOp *op) {
    (void)op;
    return "CachedAttention";
}

static const char *cross_name(const OrtCustomOp *op) {
    (void)op;
    return "CrossAttention";
}

static size_t five(const OrtCustomOp *op) {
    (void)op;
    return 5;
}

static OrtElementType cross_input(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index < 3 ? FLOAT : INT32;
}

static size_t three(const OrtCustomOp *op) {
    (void)op;
    return 3;
}

static size_t cached_input_count(const OrtCustomOp *op) {
    (void)op;
    return 7;
}

static OrtElementType cached_input(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index == 5 ? INT32 : FLOAT;
}

static OrtCustomOpInputOutputCharacteristic cached_need(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index < 6 ? REQUIRED : OPTIONAL;
}

static const OrtCustomOp attention = {
    OPERATOR_COMMON, .GetName = attention_name, .GetInputType = operator_float, .GetInputTypeCount = three,
    .GetInputCharacteristic = operator_required, .GetOutputTypeCount = operator_one_value, .CreateKernelV2 = create,
    .KernelComputeV2 = compute_attention};

static const OrtCustomOp cached = {
    OPERATOR_COMMON, .GetName = cached_name, .GetInputType = cached_input, .GetInputTypeCount = cached_input_count,
    .GetInputCharacteristic = cached_need, .GetOutputTypeCount = three, .CreateKernelV2 = create,
    .KernelComputeV2 = compute_cached};

static const OrtCustomOp cross = {
    OPERATOR_COMMON, .GetName = cross_name, .GetInputType = cross_input, .GetInputTypeCount = five,
    .GetInputCharacteristic = operator_required, .GetOutputTypeCount = operator_one_value,
    .CreateKernelV2 = create_cross, .KernelComputeV2 = compute_cross};

const OrtCustomOp *attention_operator(void) { return &attention; }
const OrtCustomOp *cached_attention_operator(void) { return &cached; }
const OrtCustomOp *cross_attention_operator(void) { return &cross; }
