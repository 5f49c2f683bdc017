#include "operator.h"

OrtStatus *operator_attribute(
    const OrtApi *api, const OrtKernelInfo *info, const char *name, int64_t least, int64_t most, int64_t *value) {
    TRY(api->KernelInfoGetAttribute_int64(info, name, value));
    if (*value < least || *value > most) return api->CreateStatus(INVALID_ARGUMENT, name);
    return NULL;
}

OrtStatus *operator_input(const OrtApi *api, OrtKernelContext *context, size_t index, Tensor *tensor) {
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

OrtStatus *operator_output(
    const OrtApi *api, OrtKernelContext *context, size_t index, const int64_t *axes, size_t rank, void **data) {
    OrtValue *output;
    TRY(api->KernelContext_GetOutput(context, index, axes, rank, &output));
    return api->GetTensorMutableData(output, data);
}

void operator_parallel(void *context, void (*task)(void *data, size_t index), size_t count, void *data) {
    Threads *threads = context;
    OrtStatus *status = threads->api->KernelContext_ParallelFor(threads->context, task, count, 0, data);
    if (!status) return;
    if (threads->status) threads->api->ReleaseStatus(threads->status);
    threads->status = status;
}

const char *operator_provider(const OrtCustomOp *op) {
    (void)op;
    return "CPUExecutionProvider";
}

OrtElementType operator_float(const OrtCustomOp *op, size_t index) {
    (void)op, (void)index;
    return FLOAT;
}

OrtCustomOpInputOutputCharacteristic operator_required(const OrtCustomOp *op, size_t index) {
    (void)op, (void)index;
    return REQUIRED;
}

OrtMemType operator_memory(const OrtCustomOp *op, size_t index) {
    (void)op, (void)index;
    return ORT_MEMORY_TYPE_DEFAULT;
}

size_t operator_one_value(const OrtCustomOp *op) {
    (void)op;
    return 1;
}

int operator_one(const OrtCustomOp *op) {
    (void)op;
    return 1;
}

int operator_any_version(const OrtCustomOp *op) {
    (void)op;
    return INT32_MAX;
}

void operator_destroy(void *node) { free(node); }
