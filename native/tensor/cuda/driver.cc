// Opening and closing of the driver. Every way in which there may be no GPU ends in one error that says what was tried.
#include "driver.h"

#include "images.h"
#include "program/coded_error.h"

namespace verisim::cuda {
namespace {

CodedError unavailable(const std::string& why) { return {"VERISIM_DEVICE_UNAVAILABLE", "no CUDA device: " + why}; }

}  // namespace

std::shared_ptr<Driver> Driver::open(int index) {
  const std::shared_ptr<Driver> driver(new Driver);
  std::string tried;
  driver->library_ = Library::open("VERISIM_CUDA_LIBRARY", {"libcuda.so.1"}, tried);
  if (!driver->library_) throw unavailable(tried);
  Api& api = driver->api_;
#define VERISIM_CUDA_SYMBOL(member, name, parameters)                            \
  api.member = driver->library_.symbol<Result parameters>(#name);                \
  if (api.member == nullptr) throw unavailable("the driver is too old: it has no " #name);
  VERISIM_CUDA_FUNCTIONS(VERISIM_CUDA_SYMBOL)
#undef VERISIM_CUDA_SYMBOL
  api.parameter = driver->library_.symbol<Result(Function, size_t, size_t*, size_t*)>("cuFuncGetParamInfo");
  const auto probe = [&](Result result, const char* call) {
    if (result == success) return;
    const char* text = nullptr;
    api.errorString(result, &text);
    throw unavailable(std::string(call) + " says " + (text != nullptr ? text : "error " + std::to_string(result)));
  };
  probe(api.init(0), "cuInit");
  probe(api.driverVersion(&driver->version_), "cuDriverGetVersion");
  int count = 0;
  probe(api.deviceCount(&count), "cuDeviceGetCount");
  if (count <= index)
    throw unavailable("the driver counts " + std::to_string(count) + " devices, number " + std::to_string(index) +
                      " was wanted");
  probe(api.deviceGet(&driver->device_, index), "cuDeviceGet");
  char name[256] = {};
  probe(api.deviceName(name, sizeof name - 1, driver->device_), "cuDeviceGetName");
  driver->name_ = name;
  int major = 0, minor = 0;
  probe(api.deviceAttribute(&major, capabilityMajor, driver->device_), "cuDeviceGetAttribute");
  probe(api.deviceAttribute(&minor, capabilityMinor, driver->device_), "cuDeviceGetAttribute");
  driver->capability_ = major * 10 + minor;
  return driver;
}

void Driver::check(Result result, const char* call) const {
  if (result == success) return;
  const char *name = nullptr, *text = nullptr;
  api_.errorName(result, &name);
  api_.errorString(result, &text);
  const std::string message = std::string("[") + call + "] " + (name != nullptr ? name : std::to_string(result)) +
                              (text != nullptr ? std::string(": ") + text : std::string());
  if (result == outOfMemory) throw CodedError("VERISIM_OUT_OF_MEMORY", "The GPU's memory is not enough. " + message);
  throw CodedError("VERISIM_CUDA_FAILED", message);
}

std::string Driver::description() const {
  return name_ + ", sm_" + std::to_string(capability_) + ", driver " + std::to_string(version_ / 1000) + "." +
         std::to_string(version_ % 1000 / 10);
}

std::shared_ptr<Gpu> Gpu::acquire(int index) {
  static std::mutex mutex;
  static std::map<int, std::weak_ptr<Gpu>> shared;
  const std::lock_guard lock(mutex);
  if (std::shared_ptr<Gpu> gpu = shared[index].lock()) return gpu;
  std::shared_ptr<Gpu> gpu(new Gpu(Driver::open(index)));
  shared[index] = gpu;
  return gpu;
}

Gpu::Gpu(std::shared_ptr<Driver> driver) : driver_(std::move(driver)) {
  std::string tried;
  nvrtc_ = Nvrtc::open(tried);
  // Before the context: where there is nothing to run, nothing is opened.
  const std::string image = familiesImage(driver_->capability(), nvrtc_, tried);
  check(api().contextRetain(&context_, driver_->device()), "cuDevicePrimaryCtxRetain");
  try {
    const Current here(*driver_, context_);
    check(api().streamCreate(&stream_, streamNonBlocking), "cuStreamCreate");
    families_ = load(image);
    blas_ = Blas::open(stream_);
  } catch (...) {
    close();
    throw;
  }
}

Gpu::~Gpu() { close(); }

void Gpu::close() noexcept {
  if (api().contextPush(context_) == success) {
    blas_.reset();
    if (families_ != nullptr) api().moduleUnload(families_);
    if (stream_ != nullptr) api().streamDestroy(stream_);
    Context popped;
    api().contextPop(&popped);
  }
  api().contextRelease(driver_->device());
}

Module Gpu::load(const std::string& image) const {
  Module module = nullptr;
  check(api().moduleLoad(&module, image.c_str()), "cuModuleLoadData");
  return module;
}

Function Gpu::functionOf(Module module, const std::string& name) const {
  Function function = nullptr;
  if (api().moduleFunction(&function, module, name.c_str()) != success)
    throw CodedError("VERISIM_CUDA_FAILED", "[cuModuleGetFunction] no kernel " + name);
  return function;
}

Function Gpu::function(const std::string& name) {
  Function& function = functions_[name];
  if (function == nullptr) function = functionOf(families_, name);
  return function;
}

}  // namespace verisim::cuda
