// What the operators for ONNX Runtime share: reading inputs and attributes, and running on its threads.

#ifndef COPERATORS_OPERATOR_H
#define COPERATORS_OPERATOR_H

#include <stdlib.h>

#include "CKernels.h"
#include "COperators.h"

/// Leaves with a status that is not success.
#define TRY(call) \
    do { \
        OrtStatus *status = (call); \
        if (status) return status; \
    } while (0)

enum { FAIL = 1, INVALID_ARGUMENT = 2 };                // of OrtErrorCode
enum { FLOAT = 1, UINT8 = 2, INT32 = 6, INT64 = 7 };  // of ONNX's element types
enum { REQUIRED = 0, OPTIONAL = 1 };                    // of OrtCustomOpInputOutputCharacteristic
enum { MOST_AXES = 8 };

/// A tensor's memory and sizes.
typedef struct Tensor {
    void *data;
    int64_t axes[MOST_AXES];
    size_t rank;
    /// Elements.
    int64_t count;
} Tensor;

/// What ParallelFor needs.
typedef struct Threads {
    const OrtApi *api;
    OrtKernelContext *context;
    OrtStatus *status;
} Threads;

/// An integer attribute between two bounds.
OrtStatus *operator_attribute(
    const OrtApi *api, const OrtKernelInfo *info, const char *name, int64_t least, int64_t most, int64_t *value);

/// The input of that number; without data where it was left out.
OrtStatus *operator_input(const OrtApi *api, OrtKernelContext *context, size_t index, Tensor *tensor);

/// Makes an output, and says where it lies.
OrtStatus *operator_output(
    const OrtApi *api, OrtKernelContext *context, size_t index, const int64_t *axes, size_t rank, void **data);

/// Does tasks on the session's threads: a QLinearParallel whose context is a `Threads`.
void operator_parallel(void *context, void (*task)(void *data, size_t index), size_t count, void *data);

// Answers that are the same for all operators.
const char *operator_provider(const OrtCustomOp *op);
OrtElementType operator_float(const OrtCustomOp *op, size_t index);
OrtCustomOpInputOutputCharacteristic operator_required(const OrtCustomOp *op, size_t index);
OrtMemType operator_memory(const OrtCustomOp *op, size_t index);
size_t operator_one_value(const OrtCustomOp *op);
int operator_one(const OrtCustomOp *op);
int operator_any_version(const OrtCustomOp *op);
void operator_destroy(void *node);

#define OPERATOR_COMMON \
    .version = ORT_API_VERSION_NEEDED, .GetExecutionProviderType = operator_provider, \
    .GetOutputType = operator_float, .KernelDestroy = operator_destroy, \
    .GetOutputCharacteristic = operator_required, .GetInputMemoryType = operator_memory, \
    .GetVariadicInputMinArity = operator_one, .GetVariadicInputHomogeneity = operator_one, \
    .GetVariadicOutputMinArity = operator_one, .GetVariadicOutputHomogeneity = operator_one, \
    .GetStartVersion = operator_one, .GetEndVersion = operator_any_version

#endif
