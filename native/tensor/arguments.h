// Reading of what JavaScript passed: every type, length and range is checked here before a kernel sees it. A wrong one
// throws an error with code VERISIM_NATIVE_ARGUMENT. The last two arguments of every kernel are the number of threads
// and an abort handle or undefined.
#pragma once

#include <napi.h>

#include <cmath>
#include <string>
#include <vector>

#include "async.h"

namespace verisim {

/// A typed array's memory.
template <class T>
struct Span {
  T* data = nullptr;
  int64_t size = 0;
};

template <class T> struct ArrayKind;
template <> struct ArrayKind<double> {
  static constexpr napi_typedarray_type type = napi_float64_array;
  static constexpr const char* name = "a Float64Array";
};
template <> struct ArrayKind<float> {
  static constexpr napi_typedarray_type type = napi_float32_array;
  static constexpr const char* name = "a Float32Array";
};
template <> struct ArrayKind<int32_t> {
  static constexpr napi_typedarray_type type = napi_int32_array;
  static constexpr const char* name = "an Int32Array";
};

/// Work estimated below this many nanoseconds runs on the calling thread: a trip to another one costs as much.
constexpr double inlineNs = 50'000;

class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw codedError(info_.Env(), "VERISIM_NATIVE_ARGUMENT", message);
  }

  void expect(bool condition, const char* message) const {
    if (!condition) fail(message);
  }

  bool isFloat32(size_t index) const {
    const Napi::Value value = info_[index];
    return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array;
  }

  template <class T>
  Span<T> array(size_t index, const char* name) {
    return arrayOf<T>(info_[index], name);
  }

  template <class T>
  Span<T> optionalArray(size_t index, const char* name) {
    if (info_[index].IsUndefined()) return {};
    return array<T>(index, name);
  }

  template <class T>
  Span<T> arrayOf(const Napi::Value& value, const char* name) {
    if (!value.IsTypedArray()) failArray<T>(name, "");
    napi_typedarray_type type;
    size_t length = 0, offset = 0;
    void* data = nullptr;
    napi_value buffer;
    const napi_env env = info_.Env();
    if (napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset) != napi_ok)
      failArray<T>(name, "");
    if (type != ArrayKind<T>::type) failArray<T>(name, " but received another kind of typed array");
    bool detached = false;
    napi_is_detached_arraybuffer(env, buffer, &detached);
    if (detached) failArray<T>(name, " but its buffer is detached");
    // A buffer that can shrink while a kernel runs would take the memory away under it.
    if (Napi::Value(env, buffer).As<Napi::Object>().Get("resizable").ToBoolean())
      failArray<T>(name, " but its buffer is resizable");
    held_.push_back(value);
    return {static_cast<T*>(data), static_cast<int64_t>(length)};
  }

  double number(size_t index, const char* name) const {
    const Napi::Value value = info_[index];
    if (!value.IsNumber()) fail(std::string("Expected a number for ") + name);
    return value.As<Napi::Number>().DoubleValue();
  }

  int64_t integer(size_t index, const char* name, int64_t low, int64_t high) const {
    const double value = number(index, name);
    if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) || value != std::trunc(value))
      fail(std::string("Expected an integer from ") + std::to_string(low) + " to " + std::to_string(high) + " for " +
           name);
    return static_cast<int64_t>(value);
  }

  bool flag(size_t index, const char* name) const {
    const Napi::Value value = info_[index];
    if (!value.IsBoolean()) fail(std::string("Expected a boolean for ") + name);
    return value.As<Napi::Boolean>().Value();
  }

  /// A whole number of `name`: no length in this addon goes beyond 2^40, so products of two stay exact.
  int64_t length(size_t index, const char* name) const { return integer(index, name, 0, int64_t{1} << 40); }

  /// Output memory may be an input (same place, same length) but must not overlap one in part.
  template <class A, class B>
  void separate(Span<A> a, Span<B> b, const char* message, bool allowSame) const {
    const auto* aBegin = reinterpret_cast<const char*>(a.data);
    const auto* bBegin = reinterpret_cast<const char*>(b.data);
    const auto* aEnd = reinterpret_cast<const char*>(a.data + a.size);
    const auto* bEnd = reinterpret_cast<const char*>(b.data + b.size);
    if (aBegin == aEnd || bBegin == bEnd || aEnd <= bBegin || bEnd <= aBegin) return;
    if (allowSame && aBegin == bBegin && aEnd == bEnd) return;
    fail(message);
  }

  /// Starts the work and returns its promise. `index` is that of the threads argument; `costNs` a rough estimate on one
  /// thread.
  Napi::Value start(size_t index, double costNs, Work work) {
    const Napi::Env env = info_.Env();
    const auto threads = static_cast<int>(integer(index, "threads", 1, Pool::maxThreads));
    AbortFlag abort;
    if (!info_[index + 1].IsUndefined()) {
      abort = unwrapAbortFlag(info_[index + 1]);
      if (!abort) fail("Expected an abort handle or undefined");
    }
    auto* const instance = env.GetInstanceData<Instance>();
    if (costNs < inlineNs) {
      auto deferred = Napi::Promise::Deferred::New(env);
      Job job{*instance->pool, 1, abort.get()};
      settle(env, deferred, carryOut(work, job));
      return deferred.Promise();
    }
    Napi::Array held = Napi::Array::New(env, held_.size());
    for (size_t i = 0; i < held_.size(); i++) held.Set(static_cast<uint32_t>(i), Napi::Value(env, held_[i]));
    auto* const task = new Task(env, instance->pool, threads, std::move(abort), held, std::move(work));
    Napi::Promise promise = task->promise();
    task->Queue();
    return promise;
  }

 private:
  template <class T>
  [[noreturn]] void failArray(const char* name, const char* why) const {
    fail(std::string("Expected ") + ArrayKind<T>::name + " for " + name + why);
  }

  const Napi::CallbackInfo& info_;
  std::vector<napi_value> held_;
};

}  // namespace verisim
