// The part of ONNX Runtime's C API that the ONNXRuntime module calls.
//
// The wheels that ONNX Runtime is taken from hold its shared library but no header, so this header states what is
// needed of it. `OrtApi` is a table of function pointers that only ever grows at its end: the place of an entry is a
// promise of the library's ABI. The entries used are named, each with its place in a comment (checked in
// `layout.c`); `reserved_N` stands for the entries from place N on that are not used.
//
// Source of order, signatures and values: onnxruntime_c_api.h of ONNX Runtime, https://onnxruntime.ai/docs/api/c/.

#ifndef CONNXRUNTIME_H
#define CONNXRUNTIME_H

#include <stddef.h>
#include <stdint.h>

/// The version of the table that is asked for: that of ONNX Runtime 1.22. Every later library still offers it.
#define ORT_API_VERSION_NEEDED 22

// Objects that are only ever handled by address.
typedef struct OrtEnv OrtEnv;
typedef struct OrtStatus OrtStatus;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtIoBinding OrtIoBinding;
typedef struct OrtValue OrtValue;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtCUDAProviderOptionsV2 OrtCUDAProviderOptionsV2;
typedef struct OrtTensorRTProviderOptionsV2 OrtTensorRTProviderOptionsV2;
typedef struct OrtCustomOpDomain OrtCustomOpDomain;
typedef struct OrtKernelInfo OrtKernelInfo;
typedef struct OrtKernelContext OrtKernelContext;
typedef struct OrtShapeInferContext OrtShapeInferContext;
typedef struct OrtApi OrtApi;

// Enumerations cross the border as 32-bit integers. Their values are named in Swift, where they are used; here stand
// only those that Swift has no type of its own for.
typedef int32_t OrtErrorCode;
typedef int32_t OrtLoggingLevel;
typedef int32_t OrtElementType;
typedef int32_t OrtGraphOptimizationLevel;
typedef int32_t OrtExecutionMode;
typedef int32_t OrtAllocatorType;
typedef int32_t OrtMemType;
typedef int32_t OrtCustomOpInputOutputCharacteristic;

enum { ORT_DEVICE_ALLOCATOR = 0 };
enum { ORT_MEMORY_TYPE_DEFAULT = 0 };

/// Receives a log line: `parameter` is what CreateEnvWithCustomLogger was given.
typedef void (*OrtLoggingFunction)(
    void *parameter, OrtLoggingLevel severity, const char *category,
    const char *log_id, const char *code_location, const char *message);

/// An operator that is not ONNX Runtime's own; it has to outlive the sessions that use it. Entries may be NULL that later
/// ones replace or that say what is the rule anyway.
typedef struct OrtCustomOp OrtCustomOp;
struct OrtCustomOp {
    /// Of the API, as ORT_API_VERSION_NEEDED: which of the entries there are.
    uint32_t version;
    void *(*CreateKernel)(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info);
    const char *(*GetName)(const OrtCustomOp *op);
    const char *(*GetExecutionProviderType)(const OrtCustomOp *op);
    OrtElementType (*GetInputType)(const OrtCustomOp *op, size_t index);
    size_t (*GetInputTypeCount)(const OrtCustomOp *op);
    OrtElementType (*GetOutputType)(const OrtCustomOp *op, size_t index);
    size_t (*GetOutputTypeCount)(const OrtCustomOp *op);
    void (*KernelCompute)(void *kernel, OrtKernelContext *context);
    void (*KernelDestroy)(void *kernel);
    OrtCustomOpInputOutputCharacteristic (*GetInputCharacteristic)(const OrtCustomOp *op, size_t index);
    OrtCustomOpInputOutputCharacteristic (*GetOutputCharacteristic)(const OrtCustomOp *op, size_t index);
    OrtMemType (*GetInputMemoryType)(const OrtCustomOp *op, size_t index);
    int (*GetVariadicInputMinArity)(const OrtCustomOp *op);
    int (*GetVariadicInputHomogeneity)(const OrtCustomOp *op);
    int (*GetVariadicOutputMinArity)(const OrtCustomOp *op);
    int (*GetVariadicOutputHomogeneity)(const OrtCustomOp *op);
    OrtStatus *(*CreateKernelV2)(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **kernel);
    OrtStatus *(*KernelComputeV2)(void *kernel, OrtKernelContext *context);
    OrtStatus *(*InferOutputShapeFn)(const OrtCustomOp *op, OrtShapeInferContext *context);
    int (*GetStartVersion)(const OrtCustomOp *op);
    int (*GetEndVersion)(const OrtCustomOp *op);
    size_t (*GetMayInplace)(int **inputs, int **outputs);
    void (*ReleaseMayInplace)(int *inputs, int *outputs);
    size_t (*GetAliasMap)(int **inputs, int **outputs);
    void (*ReleaseAliasMap)(int *inputs, int *outputs);
};

/// A function that returns an OrtStatus returns NULL for success, else a status that the caller releases.
struct OrtApi {
    // Statuses.
    /*   0 */ OrtStatus *(*CreateStatus)(OrtErrorCode code, const char *message);
    /*   1 */ OrtErrorCode (*GetErrorCode)(const OrtStatus *status);
    /*   2 */ const char *(*GetErrorMessage)(const OrtStatus *status);

    // The environment.
    /*   3 */ OrtStatus *(*CreateEnv)(OrtLoggingLevel level, const char *log_id, OrtEnv **out);
    /*   4 */ OrtStatus *(*CreateEnvWithCustomLogger)(
        OrtLoggingFunction logger, void *logger_parameter, OrtLoggingLevel level, const char *log_id,
        OrtEnv **out);
    void *reserved_5[2];

    // Sessions and their options.
    /*   7 */ OrtStatus *(*CreateSession)(
        const OrtEnv *environment, const char *model_path, const OrtSessionOptions *options, OrtSession **out);
    void *reserved_8[1];
    /*   9 */ OrtStatus *(*Run)(
        OrtSession *session, const OrtRunOptions *options, const char *const *input_names,
        const OrtValue *const *inputs, size_t input_count, const char *const *output_names,
        size_t output_count, OrtValue **outputs);
    /*  10 */ OrtStatus *(*CreateSessionOptions)(OrtSessionOptions **out);
    /*  11 */ OrtStatus *(*SetOptimizedModelFilePath)(OrtSessionOptions *options, const char *path);
    void *reserved_12[1];
    /*  13 */ OrtStatus *(*SetSessionExecutionMode)(OrtSessionOptions *options, OrtExecutionMode mode);
    /*  14 */ OrtStatus *(*EnableProfiling)(OrtSessionOptions *options, const char *file_prefix);
    void *reserved_15[2];
    /*  17 */ OrtStatus *(*DisableMemPattern)(OrtSessionOptions *options);
    void *reserved_18[1];
    /*  19 */ OrtStatus *(*DisableCpuMemArena)(OrtSessionOptions *options);
    void *reserved_20[3];
    /*  23 */ OrtStatus *(*SetSessionGraphOptimizationLevel)(
        OrtSessionOptions *options, OrtGraphOptimizationLevel level);
    /*  24 */ OrtStatus *(*SetIntraOpNumThreads)(OrtSessionOptions *options, int count);
    /*  25 */ OrtStatus *(*SetInterOpNumThreads)(OrtSessionOptions *options, int count);
    /*  26 */ OrtStatus *(*CreateCustomOpDomain)(const char *name, OrtCustomOpDomain **out);
    /*  27 */ OrtStatus *(*CustomOpDomain_Add)(OrtCustomOpDomain *domain, const OrtCustomOp *op);
    /*  28 */ OrtStatus *(*AddCustomOpDomain)(OrtSessionOptions *options, OrtCustomOpDomain *domain);
    void *reserved_29[1];
    /*  30 */ OrtStatus *(*SessionGetInputCount)(const OrtSession *session, size_t *out);
    /*  31 */ OrtStatus *(*SessionGetOutputCount)(const OrtSession *session, size_t *out);
    void *reserved_32[1];
    /*  33 */ OrtStatus *(*SessionGetInputTypeInfo)(const OrtSession *session, size_t index, OrtTypeInfo **out);
    /*  34 */ OrtStatus *(*SessionGetOutputTypeInfo)(const OrtSession *session, size_t index, OrtTypeInfo **out);
    void *reserved_35[1];
    /*  36 */ OrtStatus *(*SessionGetInputName)(
        const OrtSession *session, size_t index, OrtAllocator *allocator, char **out);
    /*  37 */ OrtStatus *(*SessionGetOutputName)(
        const OrtSession *session, size_t index, OrtAllocator *allocator, char **out);
    void *reserved_38[1];

    // Run options.
    /*  39 */ OrtStatus *(*CreateRunOptions)(OrtRunOptions **out);
    void *reserved_40[6];
    /*  46 */ OrtStatus *(*RunOptionsSetTerminate)(OrtRunOptions *options);
    /*  47 */ OrtStatus *(*RunOptionsUnsetTerminate)(OrtRunOptions *options);
    void *reserved_48[1];

    // Values and their types.
    /*  49 */ OrtStatus *(*CreateTensorWithDataAsOrtValue)(
        const OrtMemoryInfo *memory, void *data, size_t byte_count, const int64_t *shape, size_t rank,
        OrtElementType type, OrtValue **out);
    /*  50 */ OrtStatus *(*IsTensor)(const OrtValue *value, int *out);
    /*  51 */ OrtStatus *(*GetTensorMutableData)(OrtValue *value, void **out);
    void *reserved_52[3];
    /*  55 */ OrtStatus *(*CastTypeInfoToTensorInfo)(const OrtTypeInfo *type, const OrtTensorTypeAndShapeInfo **out);
    void *reserved_56[4];
    /*  60 */ OrtStatus *(*GetTensorElementType)(const OrtTensorTypeAndShapeInfo *info, OrtElementType *out);
    /*  61 */ OrtStatus *(*GetDimensionsCount)(const OrtTensorTypeAndShapeInfo *info, size_t *out);
    /*  62 */ OrtStatus *(*GetDimensions)(const OrtTensorTypeAndShapeInfo *info, int64_t *dimensions, size_t count);
    /*  63 */ OrtStatus *(*GetSymbolicDimensions)(
        const OrtTensorTypeAndShapeInfo *info, const char **names, size_t count);
    void *reserved_64[1];
    /*  65 */ OrtStatus *(*GetTensorTypeAndShape)(const OrtValue *value, OrtTensorTypeAndShapeInfo **out);
    void *reserved_66[2];

    // Memory.
    /*  68 */ OrtStatus *(*CreateMemoryInfo)(
        const char *name, OrtAllocatorType allocator, int id, OrtMemType type, OrtMemoryInfo **out);
    /*  69 */ OrtStatus *(*CreateCpuMemoryInfo)(OrtAllocatorType allocator, OrtMemType type, OrtMemoryInfo **out);
    void *reserved_70[5];
    /*  75 */ OrtStatus *(*AllocatorAlloc)(OrtAllocator *allocator, size_t byte_count, void **out);
    /*  76 */ OrtStatus *(*AllocatorFree)(OrtAllocator *allocator, void *pointer);
    void *reserved_77[1];
    /*  78 */ OrtStatus *(*GetAllocatorWithDefaultOptions)(OrtAllocator **out);
    void *reserved_79[6];

    // Operators.
    /*  85 */ OrtStatus *(*KernelInfoGetAttribute_float)(const OrtKernelInfo *info, const char *name, float *out);
    /*  86 */ OrtStatus *(*KernelInfoGetAttribute_int64)(const OrtKernelInfo *info, const char *name, int64_t *out);
    void *reserved_87[1];
    /*  88 */ OrtStatus *(*KernelContext_GetInputCount)(const OrtKernelContext *context, size_t *out);
    void *reserved_89[1];
    /*  90 */ OrtStatus *(*KernelContext_GetInput)(
        const OrtKernelContext *context, size_t index, const OrtValue **out);
    /*  91 */ OrtStatus *(*KernelContext_GetOutput)(
        OrtKernelContext *context, size_t index, const int64_t *shape, size_t rank, OrtValue **out);

    // Releases; each takes NULL as well.
    /*  92 */ void (*ReleaseEnv)(OrtEnv *object);
    /*  93 */ void (*ReleaseStatus)(OrtStatus *object);
    /*  94 */ void (*ReleaseMemoryInfo)(OrtMemoryInfo *object);
    /*  95 */ void (*ReleaseSession)(OrtSession *object);
    /*  96 */ void (*ReleaseValue)(OrtValue *object);
    /*  97 */ void (*ReleaseRunOptions)(OrtRunOptions *object);
    /*  98 */ void (*ReleaseTypeInfo)(OrtTypeInfo *object);
    /*  99 */ void (*ReleaseTensorTypeAndShapeInfo)(OrtTensorTypeAndShapeInfo *object);
    /* 100 */ void (*ReleaseSessionOptions)(OrtSessionOptions *object);
    /* 101 */ void (*ReleaseCustomOpDomain)(OrtCustomOpDomain *object);
    void *reserved_102[8];

    // Profiling, providers, configuration.
    /* 110 */ OrtStatus *(*SessionEndProfiling)(OrtSession *session, OrtAllocator *allocator, char **out);
    void *reserved_111[14];
    /* 125 */ OrtStatus *(*GetAvailableProviders)(char ***out, int *count);
    /* 126 */ OrtStatus *(*ReleaseAvailableProviders)(char **names, int count);
    void *reserved_127[3];
    /* 130 */ OrtStatus *(*AddSessionConfigEntry)(OrtSessionOptions *options, const char *key, const char *value);
    /* 131 */ OrtStatus *(*CreateAllocator)(
        const OrtSession *session, const OrtMemoryInfo *memory, OrtAllocator **out);
    /* 132 */ void (*ReleaseAllocator)(OrtAllocator *object);

    // IO binding.
    /* 133 */ OrtStatus *(*RunWithBinding)(
        OrtSession *session, const OrtRunOptions *options, const OrtIoBinding *binding);
    /* 134 */ OrtStatus *(*CreateIoBinding)(OrtSession *session, OrtIoBinding **out);
    /* 135 */ void (*ReleaseIoBinding)(OrtIoBinding *object);
    /* 136 */ OrtStatus *(*BindInput)(OrtIoBinding *binding, const char *name, const OrtValue *value);
    /* 137 */ OrtStatus *(*BindOutput)(OrtIoBinding *binding, const char *name, const OrtValue *value);
    /* 138 */ OrtStatus *(*BindOutputToDevice)(OrtIoBinding *binding, const char *name, const OrtMemoryInfo *memory);
    /* 139 */ OrtStatus *(*GetBoundOutputNames)(
        const OrtIoBinding *binding, OrtAllocator *allocator, char **text, size_t **lengths, size_t *count);
    /* 140 */ OrtStatus *(*GetBoundOutputValues)(
        const OrtIoBinding *binding, OrtAllocator *allocator, OrtValue ***values, size_t *count);
    /* 141 */ void (*ClearBoundInputs)(OrtIoBinding *binding);
    /* 142 */ void (*ClearBoundOutputs)(OrtIoBinding *binding);
    void *reserved_143[22];

    // Later additions, in the order they came.
    /* 165 */ OrtStatus *(*AddRunConfigEntry)(OrtRunOptions *options, const char *key, const char *value);
    void *reserved_166[4];
    /* 170 */ OrtStatus *(*SessionOptionsAppendExecutionProvider_TensorRT_V2)(
        OrtSessionOptions *options, const OrtTensorRTProviderOptionsV2 *provider_options);
    /* 171 */ OrtStatus *(*CreateTensorRTProviderOptions)(OrtTensorRTProviderOptionsV2 **out);
    /* 172 */ OrtStatus *(*UpdateTensorRTProviderOptions)(
        OrtTensorRTProviderOptionsV2 *options, const char *const *keys, const char *const *values,
        size_t count);
    void *reserved_173[1];
    /* 174 */ void (*ReleaseTensorRTProviderOptions)(OrtTensorRTProviderOptionsV2 *object);
    void *reserved_175[27];
    /* 202 */ OrtStatus *(*SynchronizeBoundInputs)(OrtIoBinding *binding);
    /* 203 */ OrtStatus *(*SynchronizeBoundOutputs)(OrtIoBinding *binding);
    /* 204 */ OrtStatus *(*SessionOptionsAppendExecutionProvider_CUDA_V2)(
        OrtSessionOptions *options, const OrtCUDAProviderOptionsV2 *provider_options);
    /* 205 */ OrtStatus *(*CreateCUDAProviderOptions)(OrtCUDAProviderOptionsV2 **out);
    /* 206 */ OrtStatus *(*UpdateCUDAProviderOptions)(
        OrtCUDAProviderOptionsV2 *options, const char *const *keys, const char *const *values, size_t count);
    void *reserved_207[1];
    /* 208 */ void (*ReleaseCUDAProviderOptions)(OrtCUDAProviderOptionsV2 *object);
    void *reserved_209[7];
    /* 216 */ OrtStatus *(*SessionOptionsAppendExecutionProvider)(
        OrtSessionOptions *options, const char *provider, const char *const *keys, const char *const *values,
        size_t count);
    void *reserved_217[57];

    /* 274 */ OrtStatus *(*KernelContext_ParallelFor)(
        const OrtKernelContext *context, void (*task)(void *data, size_t index), size_t count, size_t batch_count,
        void *data);
};

/// What the library's one entry point returns.
typedef struct OrtApiBase {
    /// The table of that version, or NULL where the library is older.
    const OrtApi *(*GetApi)(uint32_t version);
    /// Such as "1.32.0"; never to be freed.
    const char *(*GetVersionString)(void);
} OrtApiBase;

/// The type of the symbol `OrtGetApiBase`, found with dlsym.
typedef const OrtApiBase *(*OrtGetApiBaseFunction)(void);

#endif
