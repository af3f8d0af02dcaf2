// Work off the JavaScript thread: an AsyncWorker that settles a promise with a number, a text or a handle. It holds the
// typed arrays that it reads for as long as it runs.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <variant>

#include "program/coded_error.h"
#include "training.h"
#include "type_tags.h"

namespace verisim {

inline constexpr napi_type_tag trainingTag = {0x2c7d54b0f6a14e1d, 0xa1d0c5b7e2934f68};
inline constexpr napi_type_tag modelTag = {0x7be0f1a64d0f4a7c, 0x95c3d2e18b7a4f02};

/// A training as JavaScript holds it: used by one task at a time, and freed on request.
class TrainingHandle {
 public:
  explicit TrainingHandle(std::shared_ptr<Training> training) : training_(std::move(training)) {}

  /// The training for one task. @throws CodedError VERISIM_NATIVE_ARGUMENT when it is freed or in use
  class Use {
   public:
    explicit Use(TrainingHandle& handle) : handle_(handle), training_(handle.take()) {}
    ~Use() { handle_.release(); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    Training* operator->() const { return training_.get(); }

   private:
    TrainingHandle& handle_;
    std::shared_ptr<Training> training_;
  };

  void free() {
    std::shared_ptr<Training> gone;
    const std::lock_guard<std::mutex> lock(mutex_);
    gone.swap(training_);
  }

 private:
  std::shared_ptr<Training> take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!training_) throw CodedError("VERISIM_NATIVE_ARGUMENT", "Expected a training that is not freed");
    if (busy_) throw CodedError("VERISIM_NATIVE_ARGUMENT", "Expected a training that is not in use");
    busy_ = true;
    return training_;
  }
  void release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    busy_ = false;
  }

  std::mutex mutex_;
  std::shared_ptr<Training> training_;
  bool busy_ = false;
};

/// How work ended badly; everything thrown in native code becomes one of these.
struct Failure {
  const char* code = nullptr;  // null: well
  std::string message;
};

/// What the exception that is being handled comes to; call it in a catch block.
inline Failure failureOfException() noexcept {
  try {
    throw;
  } catch (const Aborted&) {
    return {"VERISIM_ABORTED", "The work was stopped on request"};
  } catch (const CodedError& error) {
    return {error.code, error.what()};
  } catch (const std::bad_alloc&) {
    return {"VERISIM_OUT_OF_MEMORY", "Not enough memory for the work space"};
  } catch (const std::length_error&) {
    return {"VERISIM_OUT_OF_MEMORY", "Not enough memory for the work space"};
  } catch (const std::exception& error) {
    return {"VERISIM_NATIVE_FAILED", std::string("internal: ") + error.what()};
  } catch (...) {
    return {"VERISIM_NATIVE_FAILED", "internal: unknown failure in native code"};
  }
}

inline Napi::Error errorOf(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.message);
  error.Set("code", Napi::String::New(env, failure.code));
  return error;
}

/// A shared object as a tagged external.
template <class T>
Napi::Value wrapShared(Napi::Env env, const std::shared_ptr<T>& shared, const napi_type_tag& tag) {
  using Held = std::shared_ptr<T>;
  auto external = Napi::External<Held>::New(env, new Held(shared), [](Napi::Env, Held* held) { delete held; });
  external.TypeTag(&tag);
  return external;
}

/// The object in a handle made by wrapShared, or null for anything else.
template <class T>
std::shared_ptr<T> unwrapShared(const Napi::Value& value, const napi_type_tag& tag) {
  if (!value.IsExternal()) return nullptr;
  auto external = value.As<Napi::External<std::shared_ptr<T>>>();
  return external.CheckTypeTag(&tag) ? *external.Data() : nullptr;
}

/// Makes a value of what work left behind, on the JavaScript thread.
using Making = std::function<Napi::Value(Napi::Env)>;
using Result =
    std::variant<double, std::string, std::shared_ptr<TrainingHandle>, std::shared_ptr<const Model>, Making>;
using Work = std::function<Result(Abort)>;

class Task final : public Napi::AsyncWorker {
 public:
  Task(Napi::Env env, AbortFlag abort, Napi::Array held, Work work)
      : Napi::AsyncWorker(env, "verisim trees"),
        deferred_(Napi::Promise::Deferred::New(env)),
        held_(Napi::Persistent(held)),
        abort_(std::move(abort)),
        work_(std::move(work)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    try {
      result_ = work_(abort_.get());
    } catch (...) {
      failure_ = failureOfException();
    }
  }

  void OnOK() override {
    const Napi::Env env = Env();
    if (failure_.code != nullptr)
      deferred_.Reject(errorOf(env, failure_).Value());
    else
      deferred_.Resolve(std::visit([&](const auto& value) { return toValue(env, value); }, result_));
  }

 private:
  static Napi::Value toValue(Napi::Env env, double value) { return Napi::Number::New(env, value); }
  static Napi::Value toValue(Napi::Env env, const std::string& value) { return Napi::String::New(env, value); }
  static Napi::Value toValue(Napi::Env env, const std::shared_ptr<TrainingHandle>& value) {
    return wrapShared(env, value, trainingTag);
  }
  static Napi::Value toValue(Napi::Env env, const std::shared_ptr<const Model>& value) {
    return wrapShared(env, value, modelTag);
  }
  static Napi::Value toValue(Napi::Env env, const Making& value) { return value(env); }

  Napi::Promise::Deferred deferred_;
  Napi::Reference<Napi::Array> held_;
  AbortFlag abort_;
  Work work_;
  Result result_ = 0.0;
  Failure failure_;
};

}  // namespace verisim
