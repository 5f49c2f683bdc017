// The layers as operators of ONNX Runtime, on its threads.

#include <stdlib.h>

#include "CQuantizedLinear.h"

/// Leaves with a status that is not success.
#define TRY(call) \
    do { \
        OrtStatus *status = (call); \
        if (status) return status; \
    } while (0)

enum { INVALID_ARGUMENT = 2, FAIL = 1 };  // of OrtErrorCode
enum { FLOAT = 1, UINT8 = 2, INT64 = 7 };  // of ONNX's element types
enum { REQUIRED = 0, OPTIONAL = 1 };       // of OrtCustomOpInputOutputCharacteristic
enum { MOST_AXES = 8 };

/// A node of a graph.
typedef struct Node {
    const OrtApi *api;
    const QLinearKernel *kernel;
    QLinearShape shape;
    int32_t activation;
} Node;

static OrtStatus *read_attribute(
    const OrtApi *api, const OrtKernelInfo *info, const char *name, int64_t least, int64_t most, int64_t *value) {
    TRY(api->KernelInfoGetAttribute_int64(info, name, value));
    if (*value < least || *value > most) return api->CreateStatus(INVALID_ARGUMENT, name);
    return NULL;
}

static OrtStatus *create(const OrtApi *api, const OrtKernelInfo *info, bool is_linear, void **out) {
    int64_t outputs, inputs, bits, block, activation = QLINEAR_IDENTITY;
    TRY(read_attribute(api, info, "outputs", 1, INT64_C(1) << 31, &outputs));
    TRY(read_attribute(api, info, "inputs", 1, INT64_C(1) << 31, &inputs));
    TRY(read_attribute(api, info, "bits", 4, 8, &bits));
    TRY(read_attribute(api, info, "block", 8, 1024, &block));
    if (is_linear) TRY(read_attribute(api, info, "activation", QLINEAR_IDENTITY, QLINEAR_GELU, &activation));
    if ((bits != 4 && bits != 8) || block % 8 != 0) {
        return api->CreateStatus(INVALID_ARGUMENT, "bits may be 4 or 8, and block a multiple of 8");
    }
    Node *node = malloc(sizeof *node);
    if (!node) return api->CreateStatus(FAIL, "no memory for an operator");
    *node = (Node){
        .api = api, .kernel = qlinear_best_kernel(), .activation = (int32_t)activation,
        .shape = {.outputs = outputs, .inputs = inputs, .bits = (int32_t)bits, .block = (int32_t)block}};
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

static void destroy(void *node) { free(node); }

// MARK: Inputs and outputs

/// A tensor's memory and sizes.
typedef struct Tensor {
    void *data;
    int64_t axes[MOST_AXES];
    size_t rank;
    /// Elements.
    int64_t count;
} Tensor;

/// The input of that number; without data where it was left out.
static OrtStatus *read_input(const OrtApi *api, OrtKernelContext *context, size_t index, Tensor *tensor) {
    *tensor = (Tensor){0};
    size_t count;
    TRY(api->KernelContext_GetInputCount(context, &count));
    const OrtValue *value = NULL;
    if (index < count) TRY(api->KernelContext_GetInput(context, index, &value));
    if (!value) return NULL;
    TRY(api->GetTensorMutableData((OrtValue *)value, &tensor->data));
    OrtTensorTypeAndShapeInfo *info;
    TRY(api->GetTensorTypeAndShape(value, &info));
    OrtStatus *status = api->GetDimensionsCount(info, &tensor->rank);
    if (!status && tensor->rank > MOST_AXES) status = api->CreateStatus(INVALID_ARGUMENT, "too many axes");
    if (!status) status = api->GetDimensions(info, tensor->axes, tensor->rank);
    api->ReleaseTensorTypeAndShapeInfo(info);
    if (status) return status;
    tensor->count = 1;
    for (size_t axis = 0; axis < tensor->rank; axis++) tensor->count *= tensor->axes[axis];
    return NULL;
}

/// The weights, and whether they are as many as the attributes say.
static OrtStatus *read_panels(const Node *node, OrtKernelContext *context, const uint8_t **panels) {
    Tensor tensor;
    TRY(read_input(node->api, context, 1, &tensor));
    const size_t expected = (size_t)qlinear_panel_count(node->shape) * qlinear_panel_byte_count(node->shape);
    if ((size_t)tensor.count != expected || (uintptr_t)tensor.data % 64 != 0) {
        return node->api->CreateStatus(INVALID_ARGUMENT, "the weights have another size, or lie askew");
    }
    *panels = tensor.data;
    return NULL;
}

/// What ParallelFor needs.
typedef struct Threads {
    const OrtApi *api;
    OrtKernelContext *context;
    OrtStatus *status;
} Threads;

static void on_threads(void *context, void (*task)(void *data, size_t index), size_t count, void *data) {
    Threads *threads = context;
    OrtStatus *status = threads->api->KernelContext_ParallelFor(threads->context, task, count, 0, data);
    if (!status) return;
    if (threads->status) threads->api->ReleaseStatus(threads->status);
    threads->status = status;
}

static OrtStatus *compute_linear(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    Tensor x, bias, residual;
    QLinearCall call = {.shape = node->shape, .activation = node->activation};
    TRY(read_input(api, context, 0, &x));
    TRY(read_panels(node, context, &call.panels));
    TRY(read_input(api, context, 2, &bias));
    TRY(read_input(api, context, 3, &residual));
    if (x.rank == 0 || x.axes[x.rank - 1] != node->shape.inputs) {
        return api->CreateStatus(INVALID_ARGUMENT, "the last axis is not as long as the layer's inputs are many");
    }
    call.rows = x.count / node->shape.inputs;
    if ((bias.data && bias.count != node->shape.outputs) ||
        (residual.data && residual.count != call.rows * node->shape.outputs)) {
        return api->CreateStatus(INVALID_ARGUMENT, "bias or residual have another size than the outputs");
    }
    x.axes[x.rank - 1] = node->shape.outputs;
    OrtValue *output;
    TRY(api->KernelContext_GetOutput(context, 0, x.axes, x.rank, &output));
    void *y;
    TRY(api->GetTensorMutableData(output, &y));
    call.x = x.data;
    call.bias = bias.data;
    call.residual = residual.data;
    call.y = y;
    Threads threads = {.api = api, .context = context};
    if (!qlinear_run(node->kernel, &call, on_threads, &threads)) {
        return api->CreateStatus(FAIL, "no memory for the quantised inputs");
    }
    return threads.status;
}

static OrtStatus *compute_rows(void *kernel, OrtKernelContext *context) {
    const Node *node = kernel;
    const OrtApi *api = node->api;
    Tensor ids;
    const uint8_t *panels;
    TRY(read_input(api, context, 0, &ids));
    TRY(read_panels(node, context, &panels));
    if (ids.rank >= MOST_AXES) return api->CreateStatus(INVALID_ARGUMENT, "too many axes");
    ids.axes[ids.rank] = node->shape.inputs;
    OrtValue *output;
    TRY(api->KernelContext_GetOutput(context, 0, ids.axes, ids.rank + 1, &output));
    void *rows;
    TRY(api->GetTensorMutableData(output, &rows));
    for (int64_t i = 0; i < ids.count; i++) {
        const int64_t id = ((const int64_t *)ids.data)[i];
        if (id < 0 || id >= node->shape.outputs) return api->CreateStatus(INVALID_ARGUMENT, "there is no such row");
        qlinear_unpack(node->shape, panels, id, (float *)rows + i * node->shape.inputs);
    }
    return NULL;
}

// MARK: What ONNX Runtime asks of an operator

static const char *linear_name(const OrtCustomOp *op) { (void)op; return "QuantizedLinear"; }
static const char *rows_name(const OrtCustomOp *op) { (void)op; return "QuantizedRows"; }
static const char *provider(const OrtCustomOp *op) { (void)op; return "CPUExecutionProvider"; }
static size_t linear_input_count(const OrtCustomOp *op) { (void)op; return 4; }
static size_t rows_input_count(const OrtCustomOp *op) { (void)op; return 2; }
static size_t output_count(const OrtCustomOp *op) { (void)op; return 1; }
static OrtElementType linear_input(const OrtCustomOp *op, size_t index) { (void)op; return index == 1 ? UINT8 : FLOAT; }
static OrtElementType rows_input(const OrtCustomOp *op, size_t index) { (void)op; return index == 1 ? UINT8 : INT64; }
static OrtElementType output_type(const OrtCustomOp *op, size_t index) { (void)op; (void)index; return FLOAT; }
static int32_t linear_need(const OrtCustomOp *op, size_t index) { (void)op; return index < 2 ? REQUIRED : OPTIONAL; }
static int32_t need(const OrtCustomOp *op, size_t index) { (void)op; (void)index; return REQUIRED; }
static OrtMemType memory(const OrtCustomOp *op, size_t index) { (void)op; (void)index; return ORT_MEMORY_TYPE_DEFAULT; }
static int one(const OrtCustomOp *op) { (void)op; return 1; }
static int any_version(const OrtCustomOp *op) { (void)op; return INT32_MAX; }

#define COMMON \
    .version = ORT_API_VERSION_NEEDED, .GetExecutionProviderType = provider, .GetOutputType = output_type, \
    .GetOutputTypeCount = output_count, .KernelDestroy = destroy, .GetOutputCharacteristic = need, \
    .GetInputMemoryType = memory, .GetVariadicInputMinArity = one, .GetVariadicInputHomogeneity = one, \
    .GetVariadicOutputMinArity = one, .GetVariadicOutputHomogeneity = one, .GetStartVersion = one, \
    .GetEndVersion = any_version

static const OrtCustomOp linear = {
    COMMON, .GetName = linear_name, .GetInputType = linear_input, .GetInputTypeCount = linear_input_count,
    .GetInputCharacteristic = linear_need, .CreateKernelV2 = create_linear, .KernelComputeV2 = compute_linear};

static const OrtCustomOp rows = {
    COMMON, .GetName = rows_name, .GetInputType = rows_input, .GetInputTypeCount = rows_input_count,
    .GetInputCharacteristic = need, .CreateKernelV2 = create_rows, .KernelComputeV2 = compute_rows};

const OrtCustomOp *qlinear_operator(void) { return &linear; }
const OrtCustomOp *qlinear_rows_operator(void) { return &rows; }
