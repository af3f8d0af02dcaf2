// Run-time choice of the instruction set.
#include "isa.h"

#include <cstdlib>
#include <string_view>

namespace verisim {
namespace {

Isa detect() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  Isa best = avx512 ? Isa::avx512 : avx2 ? Isa::avx2 : Isa::baseline;
  if (const char* wish = std::getenv("VERISIM_SIMD")) {
    const std::string_view name(wish);
    if (name == "baseline") best = Isa::baseline;
    if (name == "avx2" && avx2) best = Isa::avx2;
  }
  return best;
#elif defined(__aarch64__)
  return Isa::neon;
#else
  return Isa::baseline;
#endif
}

}  // namespace

Isa isa() {
  static const Isa chosen = detect();
  return chosen;
}

const char* isaName(Isa isa) {
  switch (isa) {
    case Isa::avx512: return "avx512";
    case Isa::avx2: return "avx2";
    case Isa::neon: return "neon";
    default: return "baseline";
  }
}

}  // namespace verisim
