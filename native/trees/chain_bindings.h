// The bindings of donor trees, boosted classes and chains of them; their functions join the addon's.
#pragma once

#include <napi.h>

namespace verisim {

void addChain(Napi::Env env, Napi::Object exports);

}  // namespace verisim
