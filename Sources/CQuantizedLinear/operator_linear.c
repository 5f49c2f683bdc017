// QuantizedLinear and QuantizedRows, as operators of ONNX Runtime.

#include "operator.h"

/// A node of a graph.
typedef struct Node {
    const OrtApi *api;
    const QLinearKernel *kernel;
    QLinearShape shape;
    int32_t activation;
    /// Without its gain and shift.
    QLinearNorm norm;
} Node;

static OrtStatus *create(const OrtApi *api, const OrtKernelInfo *info, bool is_linear, void **out) {
    int64_t outputs, inputs, bits, block, activation = QLINEAR_IDENTITY, norm = QLINEAR_NO_NORM;
    float epsilon = 0;
    TRY(operator_attribute(api, info, "outputs", 1, INT64_C(1) << 31, &outputs));
    TRY(operator_attribute(api, info, "inputs", 1, QLINEAR_MOST_INPUTS, &inputs));
    TRY(operator_attribute(api, info, "bits", 4, 8, &bits));
    TRY(operator_attribute(api, info, "block", 8, QLINEAR_LONGEST_BLOCK, &block));
    if (is_linear) {
        TRY(operator_attribute(api, info, "activation", QLINEAR_IDENTITY, QLINEAR_GELU, &activation));
        TRY(operator_attribute(api, info, "norm", QLINEAR_NO_NORM, QLINEAR_RMS_NORM, &norm));
        TRY(api->KernelInfoGetAttribute_float(info, "epsilon", &epsilon));
    }
    if ((bits != 4 && bits != 8) || block % 8 != 0) {
        return api->CreateStatus(INVALID_ARGUMENT, "bits may be 4 or 8, and block a multiple of 8");
    }
    Node *node = malloc(sizeof *node);
    if (!node) return api->CreateStatus(FAIL, "no memory for an operator");
    *node = (Node){
        .api = api, .kernel = qlinear_best_kernel(), .activation = (int32_t)activation,
        .shape = {.outputs = outputs, .inputs = inputs, .bits = (int32_t)bits, .block = (int32_t)block},
        .norm = {.kind = (int32_t)norm, .epsilon = epsilon}};
    *out = node;
    return NULL;
}

static OrtStatus *create_linear(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **out) {
    (void)op;
    return create(api, info, true, out);
}

static OrtStatus *create_rows(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **out) {
    (void)op;
    return create(api, info, false, out);
}

/// The weights, if they are as many as the attributes say.
static OrtStatus *read_panels(const Node *node, OrtKernelContext *context, const uint8_t **panels) {
    Tensor tensor;
    TRY(operator_input(node->api, context, 1, &tensor));
    const size_t expected = (size_t)qlinear_panel_count(node->shape) * qlinear_panel_byte_count(node->shape);
    if ((size_t)tensor.count != expected || (uintptr_t)tensor.data % 64 != 0) {
        return node->api->CreateStatus(INVALID_ARGUMENT, "the weights have another size, or lie askew");
    }
    *panels = tensor.data;
    return NULL;
}

/// An optional input of `count` elements.
static OrtStatus *read_floats(
    const Node *node, OrtKernelContext *context, size_t index, int64_t count, const float **floats) {
    Tensor tensor;
    TRY(operator_input(node->api, context, index, &tensor));
    if (tensor.data && tensor.count != count) {
        return node->api->CreateStatus(INVALID_ARGUMENT, "bias, residual, gain or shift have another size than the layer");
    }
    *floats = tensor.data;
    return NULL;
}

static OrtStatus *compute_linear(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    QLinearCall call = {
        .shape = node->shape, .activation = node->activation, .norm = node->norm};
    Tensor x;
    TRY(operator_input(api, context, 0, &x));
    if (x.rank == 0 || x.axes[x.rank - 1] != node->shape.inputs) {
        return api->CreateStatus(INVALID_ARGUMENT, "the last axis is not as long as the layer's inputs are many");
    }
    call.rows = x.count / node->shape.inputs;
    call.x = x.data;
    TRY(read_panels(node, context, &call.panels));
    TRY(read_floats(node, context, 2, node->shape.outputs, &call.bias));
    TRY(read_floats(node, context, 3, call.rows * node->shape.outputs, &call.residual));
    TRY(read_floats(node, context, 4, node->shape.inputs, &call.norm.gain));
    TRY(read_floats(node, context, 5, node->shape.inputs, &call.norm.shift));
    if (call.norm.kind != QLINEAR_NO_NORM && !call.norm.gain) {
        return api->CreateStatus(INVALID_ARGUMENT, "a normalisation needs its gain");
    }
    x.axes[x.rank - 1] = node->shape.outputs;
    TRY(operator_output(api, context, 0, x.axes, x.rank, (void **)&call.y));
    Threads threads = {.api = api, .context = context};
    if (!qlinear_run(node->kernel, &call, operator_parallel, &threads)) {
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
    TRY(read_panels(node, context, &panels));
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

static const char *rows_name(const OrtCustomOp *op) {
    (void)op;
    return "QuantizedRows";
}

static size_t linear_input_count(const OrtCustomOp *op) {
    (void)op;
    return 6;
}

static size_t rows_input_count(const OrtCustomOp *op) {
    (void)op;
    return 2;
}

static OrtElementType linear_input(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index == 1 ? UINT8 : FLOAT;
}

static OrtElementType rows_input(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index == 1 ? UINT8 : INT64;
}

static OrtCustomOpInputOutputCharacteristic linear_need(const OrtCustomOp *op, size_t index) {
    (void)op;
    return index < 2 ? REQUIRED : OPTIONAL;
}

static const OrtCustomOp linear = {
    OPERATOR_COMMON, .GetName = linear_name, .GetInputType = linear_input, .GetInputTypeCount = linear_input_count,
    .GetInputCharacteristic = linear_need, .GetOutputTypeCount = operator_one_value, .CreateKernelV2 = create_linear,
    .KernelComputeV2 = compute_linear};

static const OrtCustomOp rows = {
    OPERATOR_COMMON, .GetName = rows_name, .GetInputType = rows_input, .GetInputTypeCount = rows_input_count,
    .GetInputCharacteristic = operator_required, .GetOutputTypeCount = operator_one_value,
    .CreateKernelV2 = create_rows, .KernelComputeV2 = compute_rows};

const OrtCustomOp *qlinear_operator(void) { return &linear; }
const OrtCustomOp *qlinear_rows_operator(void) { return &rows; }
