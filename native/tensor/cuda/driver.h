// A GPU of this machine, opened when the first program needs it and given back after the last: the driver library, the
// device's primary context, a stream, and the precompiled kernels. Everything throws CodedError.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api.h"
#include "blas.h"
#include "library.h"
#include "nvrtc.h"

namespace verisim::cuda {

/// The driver library and one device of the machine, without a context.
class Driver {
 public:
  /// Throws CodedError VERISIM_DEVICE_UNAVAILABLE that says what was tried.
  static std::shared_ptr<Driver> open(int index);

  /// Throws where `result` is an error of `call`.
  void check(Result result, const char* call) const;

  const Api& api() const { return api_; }
  DeviceNumber device() const { return device_; }
  /// As in "NVIDIA A100, sm_80, driver 12.4".
  std::string description() const;
  /// 10 times the major version of the device's capability, plus the minor one.
  int capability() const { return capability_; }

 private:
  Driver() = default;

  Library library_;
  Api api_;
  DeviceNumber device_ = 0;
  int capability_ = 0, version_ = 0;
  std::string name_;
};

/// Makes a context current for a stretch of a thread's work; contexts that were current before stay below it.
class Current {
 public:
  Current(const Driver& driver, Context context) : driver_(driver) {
    driver.check(driver.api().contextPush(context), "cuCtxPushCurrent");
  }
  ~Current() {
    Context popped;
    driver_.api().contextPop(&popped);
  }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

 private:
  const Driver& driver_;
};

/// A program's turn on the device: nobody else uses the stream meanwhile, and the context is current. Programs share one
/// stream, and whatever one of them starts while another captures would become part of the other's graph.
class Turn {
 public:
  Turn(std::mutex& mutex, const Driver& driver, Context context) : lock_(mutex), current_(driver, context) {}

 private:
  std::lock_guard<std::mutex> lock_;
  Current current_;
};

/// A device in use. Members are given back in reverse order: module, stream, context, library.
class Gpu {
 public:
  /// The one that other programs on device `index` use, or a new one.
  static std::shared_ptr<Gpu> acquire(int index);
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  const Driver& driver() const { return *driver_; }
  const Api& api() const { return driver_->api(); }
  void check(Result result, const char* call) const { driver_->check(result, call); }
  /// Ends in a synchronised stream, or in an error.
  Turn turn() const { return Turn(mutex_, *driver_, context_); }
  Context context() const { return context_; }
  Stream stream() const { return stream_; }
  const std::optional<Nvrtc>& nvrtc() const { return nvrtc_; }
  const Blas* blas() const { return blas_.get(); }

  /// A kernel of the precompiled families.
  Function function(const std::string& name);
  Function functionOf(Module module, const std::string& name) const;
  Module load(const std::string& image) const;

 private:
  explicit Gpu(std::shared_ptr<Driver> driver);
  void close() noexcept;

  mutable std::mutex mutex_;
  std::shared_ptr<Driver> driver_;
  std::optional<Nvrtc> nvrtc_;
  Context context_ = nullptr;
  Stream stream_ = nullptr;
  Module families_ = nullptr;
  std::unique_ptr<Blas> blas_;
  std::map<std::string, Function> functions_;
};

}  // namespace verisim::cuda
