// Handles that JavaScript holds are tagged externals: a handle of another kind, or of another addon, is refused instead
// of being read as what it is not.
#pragma once

#include <napi.h>

#include <atomic>
#include <utility>

namespace verisim {

/// A shared flag: held by the handle in JavaScript and by the work that reads it. (std::shared_ptr would ask for glibc
/// 2.32 where it is compiled on a newer system.)
class AbortFlag {
 public:
  AbortFlag() = default;
  static AbortFlag make() { return AbortFlag(new State()); }
  AbortFlag(const AbortFlag& other) : state_(other.state_) {
    if (state_ != nullptr) state_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  AbortFlag(AbortFlag&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  AbortFlag& operator=(AbortFlag other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~AbortFlag() {
    if (state_ != nullptr && state_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete state_;
  }
  explicit operator bool() const { return state_ != nullptr; }
  std::atomic<bool>* get() const { return state_ == nullptr ? nullptr : &state_->set; }

 private:
  struct State {
    std::atomic<bool> set{false};
    std::atomic<int> holders{1};
  };
  explicit AbortFlag(State* state) : state_(state) {}
  State* state_ = nullptr;
};

inline constexpr napi_type_tag abortTag = {0x9d1a1d7c5f0e4b52, 0x8f6b2f5f0f7c4e11};

/// A new abort flag as a tagged external; the work that reads the flag holds it too.
inline Napi::Value wrapAbortFlag(Napi::Env env) {
  auto* flag = new AbortFlag(AbortFlag::make());
  auto external = Napi::External<AbortFlag>::New(env, flag, [](Napi::Env, AbortFlag* held) { delete held; });
  external.TypeTag(&abortTag);
  return external;
}

/// The flag in a handle made by wrapAbortFlag, or none for anything else.
inline AbortFlag unwrapAbortFlag(const Napi::Value& value) {
  if (!value.IsExternal()) return {};
  auto external = value.As<Napi::External<AbortFlag>>();
  return external.CheckTypeTag(&abortTag) ? *external.Data() : AbortFlag();
}

}  // namespace verisim
