// Handles that JavaScript holds are tagged externals: a handle of another kind, or of another addon, is refused instead
// of being read as what it is not.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>

namespace verisim {

using AbortFlag = std::shared_ptr<std::atomic<bool>>;

inline constexpr napi_type_tag abortTag = {0x9d1a1d7c5f0e4b52, 0x8f6b2f5f0f7c4e11};

/// A new abort flag as a tagged external; the work that reads the flag holds it too.
inline Napi::Value wrapAbortFlag(Napi::Env env) {
  auto* flag = new AbortFlag(std::make_shared<std::atomic<bool>>(false));
  auto external = Napi::External<AbortFlag>::New(env, flag, [](Napi::Env, AbortFlag* held) { delete held; });
  external.TypeTag(&abortTag);
  return external;
}

/// The flag in a handle made by wrapAbortFlag, or null for anything else.
inline AbortFlag unwrapAbortFlag(const Napi::Value& value) {
  if (!value.IsExternal()) return nullptr;
  auto external = value.As<Napi::External<AbortFlag>>();
  return external.CheckTypeTag(&abortTag) ? *external.Data() : nullptr;
}

}  // namespace verisim
