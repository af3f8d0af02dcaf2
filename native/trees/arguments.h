// Reading of what JavaScript passed: every type, length and range is checked here before LightGBM sees it. A wrong one
// throws an error with code VERISIM_NATIVE_ARGUMENT.
#pragma once

#include <napi.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "matrix.h"
#include "task.h"

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
template <> struct ArrayKind<uint8_t> {
  static constexpr napi_typedarray_type type = napi_uint8_array;
  static constexpr const char* name = "a Uint8Array";
};
template <> struct ArrayKind<int32_t> {
  static constexpr napi_typedarray_type type = napi_int32_array;
  static constexpr const char* name = "an Int32Array";
};
template <> struct ArrayKind<uint32_t> {
  static constexpr napi_typedarray_type type = napi_uint32_array;
  static constexpr const char* name = "a Uint32Array";
};

class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw errorOf(info_.Env(), {"VERISIM_NATIVE_ARGUMENT", message});
  }
  void expect(bool condition, const char* message) const {
    if (!condition) fail(message);
  }
  bool isUndefined(size_t index) const { return info_[index].IsUndefined(); }

  template <class T>
  Span<T> array(size_t index, const char* name) {
    return arrayOf<T>(info_[index], name);
  }

  /// A typed array that lies in a list or an object among the arguments.
  template <class T>
  Span<T> arrayIn(const Napi::Value& value, const char* name) {
    return arrayOf<T>(value, name);
  }

  /// A list among the arguments, of at most 2^24 entries.
  Napi::Array list(size_t index, const char* name) const {
    if (!info_[index].IsArray()) fail(std::string("Expected an array for ") + name);
    const auto found = info_[index].As<Napi::Array>();
    expect(found.Length() < (1u << 24), "Expected at most 2^24 entries");
    return found;
  }

  double number(size_t index, const char* name, double low, double high) const {
    const Napi::Value value = info_[index];
    const double found = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
    if (!(found >= low && found <= high))
      fail(std::string("Expected a number from ") + std::to_string(low) + " to " + std::to_string(high) + " for " + name);
    return found;
  }

  /// A copy of numbers that LightGBM keeps: labels and weights.
  std::vector<float> floats(size_t index, const char* name) {
    const auto span = array<float>(index, name);
    return {span.data, span.data + span.size};
  }

  /// Columns of equal length, below 2^31 rows and columns each.
  Columns columns(size_t index, const char* name) {
    if (!info_[index].IsArray()) fail(std::string("Expected an array of columns for ") + name);
    const auto list = info_[index].As<Napi::Array>();
    const uint32_t width = list.Length();
    expect(width > 0 && width < (1u << 24), "Expected 1 to 2^24 columns");
    Columns result;
    for (uint32_t c = 0; c < width; c++) {
      const auto column = arrayOf<double>(list.Get(c), "a column");
      if (c == 0) result.rows = column.size;
      expect(column.size == result.rows, "Expected columns of equal length");
      result.data.push_back(column.data);
    }
    expect(result.rows < std::numeric_limits<int32_t>::max(), "Expected fewer than 2^31 rows");
    return result;
  }

  int64_t integer(size_t index, const char* name, int64_t low, int64_t high) const {
    const Napi::Value value = info_[index];
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
    if (!(number >= static_cast<double>(low) && number <= static_cast<double>(high)) || number != std::trunc(number))
      fail(std::string("Expected an integer from ") + std::to_string(low) + " to " + std::to_string(high) + " for " +
           name);
    return static_cast<int64_t>(number);
  }

  bool flag(size_t index, const char* name) const {
    if (!info_[index].IsBoolean()) fail(std::string("Expected a boolean for ") + name);
    return info_[index].As<Napi::Boolean>().Value();
  }

  std::string text(size_t index, const char* name) const { return textOf(info_[index], name); }

  std::vector<std::string> texts(size_t index, const char* name) const {
    if (!info_[index].IsArray()) fail(std::string("Expected an array of texts for ") + name);
    const auto list = info_[index].As<Napi::Array>();
    std::vector<std::string> result;
    for (uint32_t i = 0; i < list.Length(); i++) result.push_back(textOf(list.Get(i), "a name"));
    return result;
  }

  std::shared_ptr<TrainingHandle> training(size_t index) const {
    auto found = unwrapShared<TrainingHandle>(info_[index], trainingTag);
    if (!found) fail("Expected a training");
    return found;
  }

  std::shared_ptr<const Model> model(size_t index) const {
    auto found = unwrapShared<const Model>(info_[index], modelTag);
    if (!found) fail("Expected a model");
    return found;
  }

  /// Starts the work and returns its promise. `index` is that of the abort handle.
  Napi::Value start(size_t index, Work work) {
    const Napi::Env env = info_.Env();
    AbortFlag abort;
    if (!isUndefined(index)) {
      abort = unwrapAbortFlag(info_[index]);
      if (!abort) fail("Expected an abort handle or undefined");
    }
    Napi::Array held = Napi::Array::New(env, held_.size());
    for (size_t i = 0; i < held_.size(); i++) held.Set(static_cast<uint32_t>(i), Napi::Value(env, held_[i]));
    auto* const task = new Task(env, std::move(abort), held, std::move(work));
    Napi::Promise promise = task->promise();
    task->Queue();
    return promise;
  }

 private:
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
    // A buffer that can shrink while work runs would take the memory away under it.
    if (Napi::Value(env, buffer).As<Napi::Object>().Get("resizable").ToBoolean())
      failArray<T>(name, " but its buffer is resizable");
    held_.push_back(value);
    return {static_cast<T*>(data), static_cast<int64_t>(length)};
  }

  template <class T>
  [[noreturn]] void failArray(const char* name, const char* why) const {
    fail(std::string("Expected ") + ArrayKind<T>::name + " for " + name + why);
  }

  std::string textOf(const Napi::Value& value, const char* name) const {
    if (!value.IsString()) fail(std::string("Expected a text for ") + name);
    return value.As<Napi::String>().Utf8Value();
  }

  const Napi::CallbackInfo& info_;
  std::vector<napi_value> held_;
};

}  // namespace verisim
