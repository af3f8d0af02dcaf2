// The functions of the CUDA driver (libcuda) that are used. Their declarations are written out: no header of NVIDIA's is
// needed, nothing is linked, and the table is what a test replaces.
#pragma once

#include <cstddef>
#include <cstdint>

namespace verisim::cuda {

using Result = int;
using DeviceNumber = int;
using Context = struct ContextTag*;
using Module = struct ModuleTag*;
using Function = struct FunctionTag*;
using Stream = struct StreamTag*;
using Graph = struct GraphTag*;
using GraphExec = struct GraphExecTag*;
using Address = uint64_t;

constexpr Result success = 0, invalidValue = 1, outOfMemory = 2, notFound = 500;
enum : int { captureThreadLocal = 1, streamNonBlocking = 1, capabilityMajor = 75, capabilityMinor = 76 };

// member, symbol, parameters
#define VERISIM_CUDA_FUNCTIONS(X)                                                                                   \
  X(init, cuInit, (unsigned))                                                                                       \
  X(driverVersion, cuDriverGetVersion, (int*))                                                                      \
  X(deviceCount, cuDeviceGetCount, (int*))                                                                          \
  X(deviceGet, cuDeviceGet, (DeviceNumber*, int))                                                                   \
  X(deviceName, cuDeviceGetName, (char*, int, DeviceNumber))                                                        \
  X(deviceAttribute, cuDeviceGetAttribute, (int*, int, DeviceNumber))                                               \
  X(contextRetain, cuDevicePrimaryCtxRetain, (Context*, DeviceNumber))                                              \
  X(contextRelease, cuDevicePrimaryCtxRelease_v2, (DeviceNumber))                                                   \
  X(contextPush, cuCtxPushCurrent_v2, (Context))                                                                    \
  X(contextPop, cuCtxPopCurrent_v2, (Context*))                                                                     \
  X(moduleLoad, cuModuleLoadData, (Module*, const void*))                                                           \
  X(moduleUnload, cuModuleUnload, (Module))                                                                         \
  X(moduleFunction, cuModuleGetFunction, (Function*, Module, const char*))                                          \
  X(allocate, cuMemAlloc_v2, (Address*, size_t))                                                                    \
  X(free, cuMemFree_v2, (Address))                                                                                  \
  X(copyIn, cuMemcpyHtoDAsync_v2, (Address, const void*, size_t, Stream))                                           \
  X(copyOut, cuMemcpyDtoHAsync_v2, (void*, Address, size_t, Stream))                                                \
  X(fill, cuMemsetD32Async, (Address, unsigned, size_t, Stream))                                                    \
  X(streamCreate, cuStreamCreate, (Stream*, unsigned))                                                              \
  X(streamDestroy, cuStreamDestroy_v2, (Stream))                                                                    \
  X(streamSynchronize, cuStreamSynchronize, (Stream))                                                               \
  X(captureBegin, cuStreamBeginCapture_v2, (Stream, int))                                                           \
  X(captureEnd, cuStreamEndCapture, (Stream, Graph*))                                                               \
  X(graphInstantiate, cuGraphInstantiateWithFlags, (GraphExec*, Graph, unsigned long long))                         \
  X(graphLaunch, cuGraphLaunch, (GraphExec, Stream))                                                                \
  X(graphExecDestroy, cuGraphExecDestroy, (GraphExec))                                                              \
  X(graphDestroy, cuGraphDestroy, (Graph))                                                                          \
  X(launch, cuLaunchKernel,                                                                                         \
    (Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Stream, void**, void**))       \
  X(errorName, cuGetErrorName, (Result, const char**))                                                              \
  X(errorString, cuGetErrorString, (Result, const char**))

struct Api {
#define VERISIM_CUDA_MEMBER(member, symbol, parameters) Result(*member) parameters = nullptr;
  VERISIM_CUDA_FUNCTIONS(VERISIM_CUDA_MEMBER)
#undef VERISIM_CUDA_MEMBER
  /// Since CUDA 12.4, else null: offset and size of a kernel's parameter.
  Result (*parameter)(Function, size_t, size_t*, size_t*) = nullptr;
};

}  // namespace verisim::cuda
