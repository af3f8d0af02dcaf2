// The part of the addon that loads and runs programs.
#pragma once

#include <napi.h>

namespace verisim {

void addProgramFunctions(Napi::Env env, Napi::Object exports);

}  // namespace verisim
