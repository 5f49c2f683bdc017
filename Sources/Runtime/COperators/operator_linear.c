// QuantizedLinear, QuantizedFeedForward and QuantizedRows, as operators of ONNX Runtime.

#include "operator.h"

/// A node of a graph.
typedef struct Node {
    const OrtApi *api;
    const QLinearKernel *kernel;
    QLinearShape shape;
    /// The second layer of two.
    QLinearShape second;
    int32_t activation;
    /// Without its gain and shift.
    QLinearNorm norm;
} Node;

// MARK: Attributes

static OrtStatus *read_block(const OrtApi *api, const OrtKernelInfo *info, const char *name, int32_t *out) {
    int64_t block;
    TRY(operator_attribute(api, info, name, 8, QLINEAR_LONGEST_BLOCK, &block));
    if (block % 8 != 0) return api->CreateStatus(INVALID_ARGUMENT, "block may be a multiple of 8");
    *out = (int32_t)block;
    return NULL;
}

static OrtStatus *read_shape(const OrtApi *api, const OrtKernelInfo *info, QLinearShape *shape) {
    int64_t bits;
    TRY(operator_attribute(api, info, "outputs", 1, INT64_C(1) << 31, &shape->outputs));
    TRY(operator_attribute(api, info, "inputs", 1, QLINEAR_MOST_INPUTS, &shape->inputs));
    TRY(operator_attribute(api, info, "bits", 4, 8, &bits));
    if (bits != 4 && bits != 8) return api->CreateStatus(INVALID_ARGUMENT, "bits may be 4 or 8");
    shape->bits = (int32_t)bits;
    return read_block(api, info, "block", &shape->block);
}

/// What comes before the first product and behind it.
static OrtStatus *read_functions(const OrtApi *api, const OrtKernelInfo *info, Node *node) {
    int64_t activation, norm;
    TRY(operator_attribute(api, info, "activation", QLINEAR_IDENTITY, QLINEAR_GELU, &activation));
    TRY(operator_attribute(api, info, "norm", QLINEAR_NO_NORM, QLINEAR_RMS_NORM, &norm));
    node->activation = (int32_t)activation;
    node->norm.kind = (int32_t)norm;
    return api->KernelInfoGetAttribute_float(info, "epsilon", &node->norm.epsilon);
}

/// The second layer, between which and the first the hidden values lie.
static OrtStatus *read_second(const OrtApi *api, const OrtKernelInfo *info, Node *node) {
    int64_t hidden;
    TRY(operator_attribute(api, info, "hidden", 1, QLINEAR_MOST_INPUTS, &hidden));
    node->second = node->shape;
    node->second.inputs = node->shape.outputs = hidden;
    TRY(read_block(api, info, "hidden_block", &node->second.block));
    if (node->second.block % QLINEAR_PANEL != 0 && node->second.block < hidden) {
        return api->CreateStatus(INVALID_ARGUMENT, "hidden_block may be a multiple of 32");
    }
    return NULL;
}

static OrtStatus *finish_node(const Node *found, void **out) {
    Node *node = malloc(sizeof *node);
    if (!node) return found->api->CreateStatus(FAIL, "no memory for an operator");
    *node = *found;
    *out = node;
    return NULL;
}

static OrtStatus *create_linear(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **out) {
    (void)op;
    Node node = {.api = api, .kernel = qlinear_best_kernel()};
    TRY(read_shape(api, info, &node.shape));
    TRY(read_functions(api, info, &node));
    return finish_node(&node, out);
}

static OrtStatus *create_feed_forward(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **out) {
    (void)op;
    Node node = {.api = api, .kernel = qlinear_best_kernel()};
    TRY(read_shape(api, info, &node.shape));
    TRY(read_second(api, info, &node));
    TRY(read_functions(api, info, &node));
    return finish_node(&node, out);
}

static OrtStatus *create_rows(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **out) {
    (void)op;
    Node node = {.api = api, .kernel = qlinear_best_kernel()};
    TRY(read_shape(api, info, &node.shape));
    return finish_node(&node, out);
}

// MARK: Inputs

/// The weights, if they are as many as the attributes say.
static OrtStatus *read_panels(
    const OrtApi *api, OrtKernelContext *context, size_t index, QLinearShape shape, const uint8_t **panels) {
    Tensor tensor;
    TRY(operator_input(api, context, index, &tensor));
    const size_t expected = (size_t)qlinear_panel_count(shape) * qlinear_panel_byte_count(shape);
    if ((size_t)tensor.count != expected || (uintptr_t)tensor.data % 64 != 0) {
        return api->CreateStatus(INVALID_ARGUMENT, "the weights have another size, or lie askew");
    }
    *panels = tensor.data;
    return NULL;
}

/// An optional input of `count` elements.
static OrtStatus *read_floats(
    const OrtApi *api, OrtKernelContext *context, size_t index, int64_t count, const float **floats) {
    Tensor tensor;
    TRY(operator_input(api, context, index, &tensor));
    if (tensor.data && tensor.count != count) {
        return api->CreateStatus(INVALID_ARGUMENT, "bias, residual, gain or shift have another size than the layer");
    }
    *floats = tensor.data;
    return NULL;
}

/// The rows, and the normalisation before the product, whose gain and shift are the inputs `gain` and the next one.
static OrtStatus *read_rows(
    const Node *node, OrtKernelContext *context, size_t gain, Tensor *x, QLinearCall *call) {
    TRY(operator_input(node->api, context, 0, x));
    if (x->rank == 0 || x->axes[x->rank - 1] != node->shape.inputs) {
        return node->api->CreateStatus(INVALID_ARGUMENT, "the last axis is not as long as the layer's inputs are many");
    }
    *call = (QLinearCall){
        .shape = node->shape, .rows = x->count / node->shape.inputs, .x = x->data, .norm = node->norm,
        .activation = node->activation};
    TRY(read_floats(node->api, context, gain, node->shape.inputs, &call->norm.gain));
    TRY(read_floats(node->api, context, gain + 1, node->shape.inputs, &call->norm.shift));
    if (call->norm.kind != QLINEAR_NO_NORM && !call->norm.gain) {
        return node->api->CreateStatus(INVALID_ARGUMENT, "a normalisation needs its gain");
    }
    return NULL;
}

/// The output of the same axes as the rows, but the last.
static OrtStatus *make_output(const OrtApi *api, OrtKernelContext *context, Tensor *x, QLinearCall *call) {
    x->axes[x->rank - 1] = call->shape.outputs;
    return operator_output(api, context, 0, x->axes, x->rank, (void **)&call->y);
}

// MARK: Work

static OrtStatus *compute_linear(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    Tensor x;
    QLinearCall call;
    TRY(read_rows(node, context, 4, &x, &call));
    TRY(read_panels(api, context, 1, call.shape, &call.panels));
    TRY(read_floats(api, context, 2, call.shape.outputs, &call.bias));
    TRY(read_floats(api, context, 3, call.rows * call.shape.outputs, &call.residual));
    TRY(make_output(api, context, &x, &call));
    Threads threads = {.api = api, .context = context};
    if (!qlinear_run(node->kernel, &call, operator_parallel, &threads)) {
        return api->CreateStatus(FAIL, "no memory for the quantised inputs");
    }
    return threads.status;
}

static OrtStatus *compute_feed_forward(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    Tensor x;
    QLinearCall first, second = {.shape = node->second};
    TRY(read_rows(node, context, 6, &x, &first));
    TRY(read_panels(api, context, 1, first.shape, &first.panels));
    TRY(read_panels(api, context, 2, second.shape, &second.panels));
    TRY(read_floats(api, context, 3, first.shape.outputs, &first.bias));
    TRY(read_floats(api, context, 4, second.shape.outputs, &second.bias));
    TRY(read_floats(api, context, 5, first.rows * second.shape.outputs, &second.residual));
    TRY(make_output(api, context, &x, &second));
    Threads threads = {.api = api, .context = context};
    if (!qlinear_feed_forward(node->kernel, &first, &second, operator_parallel, &threads)) {
        return api->CreateStatus(FAIL, "no memory for the quantised inputs");
    }
    return threads.status;
}

static OrtStatus *compute_rows(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    Tensor ids;
    const uint8_t *panels;
    TRY(operator_input(api, context, 0, &ids));
    TRY(read_panels(api, context, 1, node->shape, &panels));
    if (ids.rank >= MOST_AXES) return api->CreateStatus(INVALID_ARGUMENT, "too many axes");
    ids.axes[ids.rank] = node->shape.inputs;
    float *rows;
    TRY(operator_output(api, context, 0, ids.axes, ids.rank + 1, (void **)&rows));
    for (int64_t i = 0; i < ids.count; i++) {
        const int64_t id = ((const int64_t *)ids.data)[i];
        if (id < 0 || id >= node->shape.outputs) return api->CreateStatus(INVALID_ARGUMENT, "there is no such row");
        qlinear_unpack(node->shape, panels, id, rows + i * node->shape.inputs);
    }
    return NULL;
}

// MARK: What ONNX Runtime asks

static const char *linear_name(const OrtCustomOp *op) {
    (void)op;
    return "QuantizedLinear";
}

static const char *feed_forward_name(const OrtCustomOp *op) {
    (void)op;
    return "QuantizedFeedForward";
}

static const char *rows_name(const OrtCustomOp *op) {
    (void)op;
    return "QuantizedRows";
}

static size_t linear_input_count(const OrtCustomOp *op) {
    (void)op;
    return 6;
}

static size_t feed_forward_input_count(const OrtCustomOp *op) {
    (void)op;
    return 8;
}

static size_t rows_input_count(const OrtCustomOp *op) {
    (void)op;
    return 2;
}

static OrtElementType linear_input(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index == 1 ? UINT8 : FLOAT;
}

static OrtElementType feed_forward_input(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index == 1 || index == 2 ? UINT8 : FLOAT;
}

static OrtElementType rows_input(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index == 1 ? UINT8 : INT64;
}

static OrtCustomOpInputOutputCharacteristic linear_need(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index < 2 ? REQUIRED : OPTIONAL;
}

static OrtCustomOpInputOutputCharacteristic feed_forward_need(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index < 3 ? REQUIRED : OPTIONAL;
}

static const OrtCustomOp linear = {
    OPERATOR_COMMON, .GetName = linear_name, .GetInputType = linear_input, .GetInputTypeCount = linear_input_count,
    .GetInputCharacteristic = linear_need, .GetOutputTypeCount = operator_one_value, .CreateKernelV2 = create_linear,
    .KernelComputeV2 = compute_linear};

static const OrtCustomOp feed_forward = {
    OPERATOR_COMMON, .GetName = feed_forward_name, .GetInputType = feed_forward_input,
    .GetInputTypeCount = feed_forward_input_count, .GetInputCharacteristic = feed_forward_need,
    .GetOutputTypeCount = operator_one_value, .CreateKernelV2 = create_feed_forward,
    .KernelComputeV2 = compute_feed_forward};

static const OrtCustomOp rows = {
    OPERATOR_COMMON, .GetName = rows_name, .GetInputType = rows_input, .GetInputTypeCount = rows_input_count,
    .GetInputCharacteristic = operator_required, .GetOutputTypeCount = operator_one_value,
    .CreateKernelV2 = create_rows, .KernelComputeV2 = compute_rows};

const OrtCustomOp *qlinear_operator(void) { return &linear; }
const OrtCustomOp *feed_forward_operator(void) { return &feed_forward; }
const OrtCustomOp *qlinear_rows_operator(void) { return &rows; }
