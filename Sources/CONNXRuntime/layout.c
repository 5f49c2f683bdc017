// Holds every named entry of OrtApi to its place in the table, at compile time.

#include "CONNXRuntime.h"

#define ORT_SLOT(name, place) \
    _Static_assert(offsetof(OrtApi, name) == (place) * sizeof(void *), #name " is not at its place in OrtApi")

ORT_SLOT(CreateStatus, 0);
ORT_SLOT(GetErrorCode, 1);
ORT_SLOT(GetErrorMessage, 2);
ORT_SLOT(CreateEnv, 3);
ORT_SLOT(CreateEnvWithCustomLogger, 4);
ORT_SLOT(CreateSession, 7);
ORT_SLOT(Run, 9);
ORT_SLOT(CreateSessionOptions, 10);
ORT_SLOT(SetOptimizedModelFilePath, 11);
ORT_SLOT(SetSessionExecutionMode, 13);
ORT_SLOT(EnableProfiling, 14);
ORT_SLOT(DisableMemPattern, 17);
ORT_SLOT(DisableCpuMemArena, 19);
ORT_SLOT(SetSessionGraphOptimizationLevel, 23);
ORT_SLOT(SetIntraOpNumThreads, 24);
ORT_SLOT(SetInterOpNumThreads, 25);
ORT_SLOT(CreateCustomOpDomain, 26);
ORT_SLOT(CustomOpDomain_Add, 27);
ORT_SLOT(AddCustomOpDomain, 28);
ORT_SLOT(SessionGetInputCount, 30);
ORT_SLOT(SessionGetOutputCount, 31);
ORT_SLOT(SessionGetInputTypeInfo, 33);
ORT_SLOT(SessionGetOutputTypeInfo, 34);
ORT_SLOT(SessionGetInputName, 36);
ORT_SLOT(SessionGetOutputName, 37);
ORT_SLOT(CreateRunOptions, 39);
ORT_SLOT(RunOptionsSetTerminate, 46);
ORT_SLOT(RunOptionsUnsetTerminate, 47);
ORT_SLOT(CreateTensorWithDataAsOrtValue, 49);
ORT_SLOT(IsTensor, 50);
ORT_SLOT(GetTensorMutableData, 51);
ORT_SLOT(CastTypeInfoToTensorInfo, 55);
ORT_SLOT(GetTensorElementType, 60);
ORT_SLOT(GetDimensionsCount, 61);
ORT_SLOT(GetDimensions, 62);
ORT_SLOT(GetSymbolicDimensions, 63);
ORT_SLOT(GetTensorTypeAndShape, 65);
ORT_SLOT(CreateCpuMemoryInfo, 69);
ORT_SLOT(AllocatorFree, 76);
ORT_SLOT(GetAllocatorWithDefaultOptions, 78);
ORT_SLOT(KernelInfoGetAttribute_int64, 86);
ORT_SLOT(KernelContext_GetInputCount, 88);
ORT_SLOT(KernelContext_GetInput, 90);
ORT_SLOT(KernelContext_GetOutput, 91);
ORT_SLOT(ReleaseEnv, 92);
ORT_SLOT(ReleaseStatus, 93);
ORT_SLOT(ReleaseMemoryInfo, 94);
ORT_SLOT(ReleaseSession, 95);
ORT_SLOT(ReleaseValue, 96);
ORT_SLOT(ReleaseRunOptions, 97);
ORT_SLOT(ReleaseTypeInfo, 98);
ORT_SLOT(ReleaseTensorTypeAndShapeInfo, 99);
ORT_SLOT(ReleaseSessionOptions, 100);
ORT_SLOT(ReleaseCustomOpDomain, 101);
ORT_SLOT(SessionEndProfiling, 110);
ORT_SLOT(GetAvailableProviders, 125);
ORT_SLOT(ReleaseAvailableProviders, 126);
ORT_SLOT(AddSessionConfigEntry, 130);
ORT_SLOT(RunWithBinding, 133);
ORT_SLOT(CreateIoBinding, 134);
ORT_SLOT(ReleaseIoBinding, 135);
ORT_SLOT(BindInput, 136);
ORT_SLOT(BindOutput, 137);
ORT_SLOT(BindOutputToDevice, 138);
ORT_SLOT(GetBoundOutputNames, 139);
ORT_SLOT(GetBoundOutputValues, 140);
ORT_SLOT(ClearBoundInputs, 141);
ORT_SLOT(ClearBoundOutputs, 142);
ORT_SLOT(AddRunConfigEntry, 165);
ORT_SLOT(SessionOptionsAppendExecutionProvider_TensorRT_V2, 170);
ORT_SLOT(CreateTensorRTProviderOptions, 171);
ORT_SLOT(UpdateTensorRTProviderOptions, 172);
ORT_SLOT(ReleaseTensorRTProviderOptions, 174);
ORT_SLOT(SessionOptionsAppendExecutionProvider_CUDA_V2, 204);
ORT_SLOT(CreateCUDAProviderOptions, 205);
ORT_SLOT(UpdateCUDAProviderOptions, 206);
ORT_SLOT(ReleaseCUDAProviderOptions, 208);
ORT_SLOT(SessionOptionsAppendExecutionProvider, 216);
ORT_SLOT(KernelContext_ParallelFor, 274);

_Static_assert(sizeof(OrtApi) == 275 * sizeof(void *), "OrtApi ends after its last named entry");
