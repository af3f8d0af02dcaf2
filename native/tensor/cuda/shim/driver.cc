// A driver library without a GPU, for tests: the functions of libcuda that the addon uses, over the shim's units. It
// records every call, refuses what a driver would refuse (no context, unknown handles, work during a capture), counts what
// is alive, and fails the call that a test names.
//   VERISIM_FAKE_CUDA_LOG=file     where calls are written; a change of the name starts the count of calls anew
//   VERISIM_FAKE_CUDA_FAIL=n       the n-th call fails (calls that give something back do not count)
//   VERISIM_FAKE_CUDA_DEVICES=n    1 by default
//   VERISIM_FAKE_CUDA_ORDER=...    forward, reverse or shuffled threads
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "capture.h"
#include "unit.h"

namespace vshim {
namespace {

enum : int { ok = 0, invalidValue = 1, memory = 2, uninitialised = 3, noContext = 201, unknownHandle = 400, missing = 500,
             launchFailed = 719, inCapture = 900, injected = 999 };

struct FunctionHandle {
  const Unit* unit;
  const Entry* entry;
};
struct ModuleHandle {
  void* library;
  const Unit* unit;
  std::map<std::string, FunctionHandle> functions;
};
struct GraphHandle {
  std::vector<Node> nodes;
};
struct StreamHandle {
  GraphHandle* capture = nullptr;
};

struct State {
  std::recursive_mutex mutex;
  std::string log;
  FILE* file = nullptr;
  long calls = 0;
  bool initialised = false;
  int contexts = 0;
  std::map<uint64_t, size_t> allocations;
  std::set<void*> modules, streams, graphs, execs;
};
State state;
thread_local int pushed = 0;
int contextObject;

void say(const std::string& text) {
  const char* const name = getenv("VERISIM_FAKE_CUDA_LOG");
  const std::string wanted = name != nullptr ? name : "";
  if (wanted != state.log) {
    if (state.file != nullptr) fclose(state.file);
    state.file = wanted.empty() ? nullptr : fopen(wanted.c_str(), "w");
    state.log = wanted;
    state.calls = 0;
  }
  if (state.file == nullptr) return;
  fprintf(state.file, "%s\n", text.c_str());
  fflush(state.file);
}

int violation(int result, const std::string& text) {
  say("VIOLATION " + text);
  return result;
}

/// One call: recorded, counted, maybe failed. `result` is what it must return where it is not ok.
class Record {
 public:
  Record(const char* name, bool needsContext, bool givesBack = false) : lock_(state.mutex) {
    say(name);
    if (!givesBack) {
      state.calls++;
      const char* const fail = getenv("VERISIM_FAKE_CUDA_FAIL");
      if (fail != nullptr && atol(fail) == state.calls) {
        say("FAILED " + std::string(name));
        result = strcmp(name, "cuMemAlloc") == 0 ? memory : injected;
        return;
      }
    }
    if (!state.initialised && strcmp(name, "cuInit") != 0) result = violation(uninitialised, "before cuInit: " + std::string(name));
    if (needsContext && (pushed == 0 || state.contexts == 0)) result = violation(noContext, "without a context: " + std::string(name));
  }
  int result = ok;

 private:
  std::lock_guard<std::recursive_mutex> lock_;
};

bool inside(uint64_t address, size_t bytes) {
  auto at = state.allocations.upper_bound(address);
  if (at == state.allocations.begin()) return false;
  --at;
  return address + bytes <= at->first + at->second;
}

/// Runs now, or joins the capture of the stream.
int submit(void* stream, Node node) {
  if (state.streams.count(stream) == 0) return violation(unknownHandle, "unknown stream");
  auto* const handle = static_cast<StreamHandle*>(stream);
  if (handle->capture != nullptr) {
    handle->capture->nodes.push_back(std::move(node));
    return ok;
  }
  const char* const error = node();
  return error == nullptr ? ok : violation(launchFailed, error);
}

Order order() {
  const char* const name = getenv("VERISIM_FAKE_CUDA_ORDER");
  if (name == nullptr) return Order::forward;
  return strcmp(name, "reverse") == 0 ? Order::reverse : strcmp(name, "shuffled") == 0 ? Order::shuffled : Order::forward;
}

size_t pages(size_t bytes) {
  const auto page = static_cast<size_t>(getpagesize());
  return (bytes + page - 1) / page * page;
}

}  // namespace

int submitWork(void* stream, Node node) {
  const std::lock_guard lock(state.mutex);
  return submit(stream, std::move(node));
}

}  // namespace vshim

using namespace vshim;

#define FAKE extern "C" __attribute__((visibility("default"))) int
#define BEGIN(name, ...)    \
  Record call(name, __VA_ARGS__); \
  if (call.result != ok) return call.result

FAKE cuInit(unsigned) {
  BEGIN("cuInit", false);
  state.initialised = true;
  return ok;
}
FAKE cuDriverGetVersion(int* version) {
  BEGIN("cuDriverGetVersion", false);
  *version = 12090;
  return ok;
}
FAKE cuDeviceGetCount(int* count) {
  BEGIN("cuDeviceGetCount", false);
  const char* const given = getenv("VERISIM_FAKE_CUDA_DEVICES");
  *count = given != nullptr ? atoi(given) : 1;
  return ok;
}
FAKE cuDeviceGet(int* device, int index) {
  BEGIN("cuDeviceGet", false);
  *device = index;
  return ok;
}
FAKE cuDeviceGetName(char* name, int length, int) {
  BEGIN("cuDeviceGetName", false);
  snprintf(name, static_cast<size_t>(length), "CUDA on the CPU (host shim)");
  return ok;
}
FAKE cuDeviceGetAttribute(int* value, int attribute, int) {
  BEGIN("cuDeviceGetAttribute", false);
  *value = attribute == 75 ? 9 : 0;
  return ok;
}
FAKE cuDevicePrimaryCtxRetain(void** context, int) {
  BEGIN("cuDevicePrimaryCtxRetain", false);
  state.contexts++;
  *context = &contextObject;
  return ok;
}
FAKE cuDevicePrimaryCtxRelease_v2(int) {
  BEGIN("cuDevicePrimaryCtxRelease", false, true);
  if (--state.contexts < 0) return violation(noContext, "more releases than retains");
  const size_t alive = state.allocations.size() + state.modules.size() + state.streams.size() + state.graphs.size() + state.execs.size();
  if (state.contexts == 0 && alive > 0)
    return violation(ok, "the context goes while " + std::to_string(state.allocations.size()) + " allocations, " +
                             std::to_string(state.modules.size()) + " modules, " + std::to_string(state.streams.size()) +
                             " streams, " + std::to_string(state.graphs.size()) + " graphs, " +
                             std::to_string(state.execs.size()) + " executable graphs are alive");
  return ok;
}
FAKE cuCtxPushCurrent_v2(void* context) {
  BEGIN("cuCtxPushCurrent", false, true);
  if (context != &contextObject || state.contexts == 0) return violation(noContext, "push of no context");
  pushed++;
  return ok;
}
FAKE cuCtxPopCurrent_v2(void** context) {
  BEGIN("cuCtxPopCurrent", true, true);
  pushed--;
  *context = &contextObject;
  return ok;
}
FAKE cuModuleLoadData(void** module, const void* image) {
  BEGIN("cuModuleLoadData", true);
  const std::string text(static_cast<const char*>(image));
  if (text.rfind("VSHIM ", 0) != 0) return violation(invalidValue, "an image that is not of the shim");
  void* const library = dlopen(text.c_str() + 6, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return violation(invalidValue, dlerror());
  auto* const unit = reinterpret_cast<const Unit* (*)()>(dlsym(library, "vshimUnit"));
  auto* const handle = new ModuleHandle{library, unit(), {}};
  state.modules.insert(handle);
  *module = handle;
  return ok;
}
FAKE cuModuleUnload(void* module) {
  BEGIN("cuModuleUnload", true, true);
  if (state.modules.erase(module) == 0) return violation(unknownHandle, "unload of no module");
  if (!state.execs.empty()) return violation(ok, "a module goes while executable graphs may use it");
  auto* const handle = static_cast<ModuleHandle*>(module);
  dlclose(handle->library);
  delete handle;
  return ok;
}
FAKE cuModuleGetFunction(void** function, void* module, const char* name) {
  BEGIN("cuModuleGetFunction", true);
  if (state.modules.count(module) == 0) return violation(unknownHandle, "a function of no module");
  auto* const handle = static_cast<ModuleHandle*>(module);
  for (size_t i = 0; i < handle->unit->count; i++)
    if (strcmp(handle->unit->entries[i].name, name) == 0) {
      *function = &(handle->functions[name] = {handle->unit, &handle->unit->entries[i]});
      return ok;
    }
  return missing;
}
FAKE cuFuncGetParamInfo(void* function, size_t index, size_t* offset, size_t* size) {
  const Entry& entry = *static_cast<FunctionHandle*>(function)->entry;
  if (index >= entry.count) return invalidValue;
  *offset = 0;
  *size = entry.sizes[index];
  return ok;
}
FAKE cuMemAlloc_v2(uint64_t* address, size_t bytes) {
  BEGIN("cuMemAlloc", true);
  // The last byte lies before a page that cannot be touched.
  const size_t size = pages(bytes), page = pages(1);
  void* const base = mmap(nullptr, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bytes == 0 || base == MAP_FAILED) return memory;
  mprotect(static_cast<char*>(base) + size, page, PROT_NONE);
  *address = reinterpret_cast<uint64_t>(base) + (size - bytes) / 256 * 256;
  state.allocations[*address] = bytes;
  if (bytes < (1u << 24)) memset(reinterpret_cast<void*>(*address), 0xff, bytes);
  return ok;
}
FAKE cuMemFree_v2(uint64_t address) {
  BEGIN("cuMemFree", true, true);
  const auto found = state.allocations.find(address);
  if (found == state.allocations.end()) return violation(invalidValue, "free of what was not allocated");
  const size_t size = pages(found->second), page = pages(1);
  munmap(reinterpret_cast<void*>(address / page * page), size + page);
  state.allocations.erase(found);
  return ok;
}
FAKE cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void* stream) {
  BEGIN("cuMemcpyHtoDAsync", true);
  if (!inside(to, bytes)) return violation(invalidValue, "a copy outside memory");
  return submit(stream, [=]() -> const char* { memcpy(reinterpret_cast<void*>(to), from, bytes); return nullptr; });
}
FAKE cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void* stream) {
  BEGIN("cuMemcpyDtoHAsync", true);
  if (!inside(from, bytes)) return violation(invalidValue, "a copy from outside memory");
  return submit(stream, [=]() -> const char* { memcpy(to, reinterpret_cast<void*>(from), bytes); return nullptr; });
}
FAKE cuMemsetD32Async(uint64_t to, unsigned value, size_t words, void* stream) {
  BEGIN("cuMemsetD32Async", true);
  if (!inside(to, words * 4)) return violation(invalidValue, "a fill outside memory");
  return submit(stream, [=]() -> const char* {
    for (size_t i = 0; i < words; i++) reinterpret_cast<unsigned*>(to)[i] = value;
    return nullptr;
  });
}
FAKE cuStreamCreate(void** stream, unsigned) {
  BEGIN("cuStreamCreate", true);
  state.streams.insert(*stream = new StreamHandle);
  return ok;
}
FAKE cuStreamDestroy_v2(void* stream) {
  BEGIN("cuStreamDestroy", true, true);
  if (state.streams.erase(stream) == 0) return violation(unknownHandle, "destruction of no stream");
  if (static_cast<StreamHandle*>(stream)->capture != nullptr) violation(inCapture, "a stream goes during a capture");
  delete static_cast<StreamHandle*>(stream);
  return ok;
}
FAKE cuStreamSynchronize(void* stream) {
  BEGIN("cuStreamSynchronize", true);
  if (state.streams.count(stream) == 0) return violation(unknownHandle, "unknown stream");
  if (static_cast<StreamHandle*>(stream)->capture != nullptr) return violation(inCapture, "waiting during a capture");
  return ok;
}
FAKE cuStreamBeginCapture_v2(void* stream, int) {
  BEGIN("cuStreamBeginCapture", true);
  auto* const handle = static_cast<StreamHandle*>(stream);
  if (handle->capture != nullptr) return violation(inCapture, "a capture in a capture");
  state.graphs.insert(handle->capture = new GraphHandle);
  return ok;
}
FAKE cuStreamEndCapture(void* stream, void** graph) {
  BEGIN("cuStreamEndCapture", true, true);
  auto* const handle = static_cast<StreamHandle*>(stream);
  *graph = handle->capture;
  if (handle->capture == nullptr) return violation(inCapture, "the end of no capture");
  handle->capture = nullptr;
  return ok;
}
FAKE cuGraphInstantiateWithFlags(void** exec, void* graph, unsigned long long) {
  BEGIN("cuGraphInstantiate", true);
  if (state.graphs.count(graph) == 0) return violation(unknownHandle, "no graph");
  state.execs.insert(*exec = new GraphHandle(*static_cast<GraphHandle*>(graph)));
  return ok;
}
FAKE cuGraphLaunch(void* exec, void*) {
  BEGIN("cuGraphLaunch", true);
  if (state.execs.count(exec) == 0) return violation(unknownHandle, "no executable graph");
  for (const Node& node : static_cast<GraphHandle*>(exec)->nodes)
    if (const char* const error = node()) return violation(launchFailed, error);
  return ok;
}
FAKE cuGraphExecDestroy(void* exec) {
  BEGIN("cuGraphExecDestroy", true, true);
  if (state.execs.erase(exec) == 0) return violation(unknownHandle, "destruction of no executable graph");
  delete static_cast<GraphHandle*>(exec);
  return ok;
}
FAKE cuGraphDestroy(void* graph) {
  BEGIN("cuGraphDestroy", true, true);
  if (state.graphs.erase(graph) == 0) return violation(unknownHandle, "destruction of no graph");
  delete static_cast<GraphHandle*>(graph);
  return ok;
}
FAKE cuLaunchKernel(void* function, unsigned x, unsigned y, unsigned z, unsigned bx, unsigned by, unsigned bz, unsigned,
                    void* stream, void** parameters, void**) {
  BEGIN("cuLaunchKernel", true);
  const FunctionHandle handle = *static_cast<FunctionHandle*>(function);
  std::vector<std::vector<char>> copies;
  for (size_t i = 0; i < handle.entry->count; i++) {
    const char* const from = static_cast<const char*>(parameters[i]);
    copies.emplace_back(from, from + handle.entry->sizes[i]);
  }
  return submit(stream, [=]() mutable -> const char* {
    std::vector<void*> arguments;
    for (auto& copy : copies) arguments.push_back(copy.data());
    const unsigned grid[3] = {x, y, z}, block[3] = {bx, by, bz};
    const char* const error = handle.unit->launch(handle.entry->call, arguments.data(), grid, block, order());
    if (error != nullptr) say(std::string("in kernel ") + handle.entry->name);
    return error;
  });
}
FAKE cuGetErrorName(int result, const char** name) {
  *name = result == ok ? "CUDA_SUCCESS" : result == memory ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_OF_THE_SHIM";
  return ok;
}
FAKE cuGetErrorString(int result, const char** text) {
  *text = result == injected ? "a failure that a test asked for" : "see the log of calls";
  return ok;
}
